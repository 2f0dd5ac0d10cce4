package io.codelength.mix;

import java.util.Arrays;

/**
 * Whether a token ends here: the model's odds mixed with what the bytes so far say, and with where tokens ended at the
 * place that the longest match points to ({@code docs/mixing.md}, "The stop decision").
 */
final class StopModel {
    static final int CONTEXTS = 6;
    private static final int INPUTS = 9;
    private static final int RATE = 24;
    private static final int COUNT_LIMIT = 255;

    /** The shortest match that says something of where tokens end. */
    private static final int MATCH_MIN = 4;

    private final int tableBits;
    private final int[][] tables; // [CONTEXTS][2^tableBits] adaptive probabilities of a stop
    private final int[] slots = new int[CONTEXTS];
    private final int[] inputs = new int[INPUTS];
    private final Mixer mixer = new Mixer(8 * 16 * 8, INPUTS, 0);
    private final boolean[] tokenBegins; // [history]

    StopModel(int tableBits, int historyBytes) {
        this.tableBits = tableBits;
        tables = new int[CONTEXTS][1 << tableBits];
        for (int[] table : tables) {
            Arrays.fill(table, AdaptiveProbability.HALF);
        }
        mixer.setWeight(0, Mixer.ONE * 8 / 10);
        for (int i = 1; i <= CONTEXTS; i++) {
            mixer.setWeight(i, Mixer.ONE * 15 / 100);
        }
        tokenBegins = new boolean[historyBytes];
    }

    void beginToken(LaneHistory lane) {
        tokenBegins[lane.start + lane.position] = true;
    }

    /** @return probability of 65536 that the token ends here, 1 to 65535 */
    int predict(LaneHistory lane, int modelOdds) {
        int place = lane.tokenBytes;
        hash(0, LaneHistory.hash(1, lane.tokenHash));
        hash(1, LaneHistory.hash(LaneHistory.hash(2, lane.last4 & 0xffff), place));
        hash(2, LaneHistory.hash(LaneHistory.hash(3, lane.last4 & 0xffffff), place));
        hash(3, LaneHistory.hash(LaneHistory.hash(4, lane.last4), place));
        hash(4, LaneHistory.hash(LaneHistory.hash(5, lane.last4), LaneHistory.hash(lane.before4 & 0xffff, place)));
        hash(5, LaneHistory.hash(LaneHistory.hash(6, lane.word), LaneHistory.hash(lane.wordBefore, place)));
        inputs[0] = modelOdds;
        for (int i = 0; i < CONTEXTS; i++) {
            int value = tables[i][slots[i]];
            inputs[i + 1] = AdaptiveProbability.isNew(value) ? 0 : Logistic.stretch(AdaptiveProbability.p16(value));
        }
        int longest = 0;
        int expectation = 0;
        for (MatchModel.Match match : lane.matches) {
            if (match.length > longest) {
                longest = match.length;
                expectation = match.length < MATCH_MIN ? 0 : tokenBegins[match.pointer] ? 1 : -1;
            }
        }
        inputs[CONTEXTS + 1] = expectation * (Logistic.MAX / 4);
        inputs[CONTEXTS + 2] = 256;
        int matchClass = expectation == 0 ? 0 : 1 + Math.min(6, MatchModel.lengthClass(longest) / 4);
        int row = (matchClass * 16 + ContextMixer.oddsClass(modelOdds)) * 8 + Math.min(7, place);
        return Logistic.squash(mixer.mix(row, inputs));
    }

    private void hash(int context, int hash) {
        slots[context] = hash >>> (32 - tableBits);
    }

    void update(boolean stops) {
        int bit = stops ? 1 : 0;
        mixer.learn(bit, inputs, RATE);
        for (int i = 0; i < CONTEXTS; i++) {
            tables[i][slots[i]] = AdaptiveProbability.updated(tables[i][slots[i]], bit, COUNT_LIMIT);
        }
    }
}
