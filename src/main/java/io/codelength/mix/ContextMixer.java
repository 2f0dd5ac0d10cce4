package io.codelength.mix;

import java.util.Arrays;
import java.util.Optional;

/**
 * Predicts the bits of one frame by mixing what followed in many contexts, alone or together with a language model's
 * opinion, and learns from each. Integers only, so it is exact ({@code docs/mixing.md}; after Mahoney's PAQ8 and lpaq).
 *
 * <p>The frame's lanes share counters, mixers and matches, and each has a history of its own. Before each bit say which
 * {@link #lane} it belongs to, then {@link #predict} and {@link #update}, or {@link #learn}. Not thread-safe.
 */
final class ContextMixer {
    static final int CONTEXTS = LaneHistory.CONTEXTS;
    static final int MATCH_INPUTS = CONTEXTS + 1;
    static final int MODEL_INPUTS = MATCH_INPUTS + 2 * MatchModel.LENGTHS;
    static final int BIAS_INPUT = MODEL_INPUTS + 2;
    static final int INPUTS = 32;

    /** Rows of the mixers, by what selects them; the last two only with a model. */
    private static final int[] MIXER_ROWS = {26 * 8, 3 * 256, 256, 14 * 64, 2048, 64 * 9, 17 * 8 * 8, 14 * 32};

    private static final int MIXERS_ALONE = 6;
    private static final int FINAL_ROWS = 8 * 17 * 8;

    private static final int RATE = 16;
    private static final int EXTRA_RATE = 60;
    private static final int FINAL_RATE = 3;
    private static final int STATE_LIMIT = 255;
    private static final int COUNT_LIMIT = 1023;

    /** Log odds beyond which a model is sure of itself. */
    private static final int SURE = 768;

    private static final int MATCH_ROWS = 32;
    private static final int MAP_BITS = 12;

    /** How large the tables are, which follows from the text's length and the memory declared. */
    private record Sizes(int bucketBits, int matchBits, int stopBits) {
        /** The prior's tables, the same for all frames. */
        private static final Sizes PRIOR = new Sizes(16, 16, 1);

        /** A dictionary's tables: as large as the prior's for each byte. */
        static Sizes ofDictionary(int textBytes) {
            int bits = bits(textBytes);
            return new Sizes(between(8, bits, 18), between(10, bits, 18), 1);
        }

        /** The least for which 2^bits is at least the length. */
        private static int bits(int textBytes) {
            return 32 - Integer.numberOfLeadingZeros(Math.max(1, textBytes) - 1);
        }

        static Sizes of(int textBytes, int memoryBits) {
            int bits = bits(textBytes);
            return new Sizes(
                    between(8, bits + 3, memoryBits - 1 - SlotTable.BUCKET_BITS),
                    between(10, bits, 18),
                    between(12, bits + 1, 18));
        }

        private static int between(int least, int value, int most) {
            return Math.max(least, Math.min(most, value));
        }

        long bytes() {
            long weights = FINAL_ROWS * 8L + Arrays.stream(MIXER_ROWS).sum() * (long) INPUTS;
            return (1L << bucketBits << SlotTable.BUCKET_BITS)
                    + 4L * MatchModel.LENGTHS * (1L << matchBits)
                    + 4L * StopModel.CONTEXTS * (1L << stopBits)
                    + 4L * weights
                    + 2L * ProbabilityMap.POINTS * (3L << MAP_BITS)
                    + 4L * (CONTEXTS * 256L + 2 * 65536L);
        }
    }

    private final SlotTable slots;
    private final int[][] stateMeanings; // [CONTEXTS][states] adaptive probabilities
    private final int[] order1; // [256 · 256]
    private final int[] matchMeanings; // [MATCH_ROWS] that a match is right
    private final MatchModel matchModel;
    private final IndirectHistory indirect;
    private final Mixer[] mixers;
    private final Mixer finalMixer;
    private final ProbabilityMap[] maps;
    private final Optional<StopModel> stopModel;
    private final byte[] history;
    private final HistoryLanes laneEnds;
    private final LaneHistory[] lanes;
    private final boolean isDictionary; // so that texts go on behind its end

    private LaneHistory lane;
    private int laneIndex;
    private long bitsLearned;

    // Of the bit at hand:
    private final int[] found = new int[CONTEXTS]; // offset of each context's slot
    private final int[] states = new int[CONTEXTS]; // what each context remembers of the bit
    private final int[] inputs = new int[INPUTS];
    private final int[] mixed;
    private final int[] matchRow = new int[MatchModel.LENGTHS]; // what each match says of this bit; −1 for nothing
    private int expectedBit; // by the longest match; −1 if there is none
    private int longestMatch;
    private int orderHit; // how many of the orders have seen this context
    private int node;
    private boolean hasModel;

    /** What the prior has taught, learned when it is first needed. */
    private static final class Primed {
        private static final ContextMixer MIXER = learn(Prior.text());

        private static ContextMixer learn(byte[] text) {
            ContextMixer mixer = new ContextMixer(text.length);
            mixer.learn(text);
            return mixer;
        }
    }

    /** Before anything was learned, for a text in one lane. */
    private ContextMixer(int textBytes) {
        slots = new SlotTable(Sizes.PRIOR.bucketBits, Optional.empty());
        stateMeanings = new int[CONTEXTS][];
        Arrays.setAll(stateMeanings, i -> newMeanings());
        order1 = new int[1 << 16];
        Arrays.fill(order1, AdaptiveProbability.HALF);
        matchMeanings = new int[MATCH_ROWS];
        for (int row = 0; row < MATCH_ROWS; row++) {
            matchMeanings[row] = AdaptiveProbability.of(3L * row + 2, 3L * row + 4);
        }
        matchModel = new MatchModel(Sizes.PRIOR.matchBits, Optional.empty());
        indirect = new IndirectHistory();
        mixers = newMixers(MIXERS_ALONE, Mixer.ONE / 10);
        finalMixer = new Mixer(FINAL_ROWS, MIXERS_ALONE, Mixer.ONE / MIXERS_ALONE);
        mixed = new int[MIXERS_ALONE];
        maps = new ProbabilityMap[] {
            new ProbabilityMap(1 << MAP_BITS),
            new ProbabilityMap(1 << MAP_BITS),
            new ProbabilityMap(64),
            new ProbabilityMap(1 << MAP_BITS),
            new ProbabilityMap(17 * 8)
        };
        stopModel = Optional.empty();
        history = new byte[textBytes];
        laneEnds = new HistoryLanes(new int[] {0, textBytes});
        lanes = new LaneHistory[] {new LaneHistory(0)};
        isDictionary = false;
        begin();
    }

    /** Goes on from what another has learned, with new lanes behind its text. */
    private ContextMixer(ContextMixer primed, Sizes sizes, int[] laneStarts, boolean withModel, boolean isDictionary) {
        this.isDictionary = isDictionary;
        slots = new SlotTable(sizes.bucketBits, Optional.of(primed.slots));
        stateMeanings = Arrays.stream(primed.stateMeanings).map(int[]::clone).toArray(int[][]::new);
        order1 = primed.order1.clone();
        matchMeanings = primed.matchMeanings.clone();
        matchModel = new MatchModel(sizes.matchBits, Optional.of(primed.matchModel));
        indirect = new IndirectHistory(primed.indirect);
        maps = Arrays.stream(primed.maps).map(ProbabilityMap::new).toArray(ProbabilityMap[]::new);
        int laneCount = laneStarts.length - 1;
        int textBytes = laneStarts[laneCount];
        int priorBytes = primed.history.length;
        history = Arrays.copyOf(primed.history, priorBytes + textBytes);
        if (withModel) {
            mixers = newMixers(MIXER_ROWS.length, Mixer.ONE * 35 / 1000);
            for (Mixer mixer : mixers) {
                mixer.setWeight(MODEL_INPUTS, Mixer.ONE * 87 / 100);
            }
            finalMixer = new Mixer(FINAL_ROWS, MIXER_ROWS.length, Mixer.ONE / MIXER_ROWS.length);
            stopModel = Optional.of(new StopModel(sizes.stopBits, history.length + 1));
        } else {
            mixers = Arrays.stream(primed.mixers).map(Mixer::new).toArray(Mixer[]::new);
            finalMixer = new Mixer(primed.finalMixer);
            stopModel = Optional.empty();
        }
        mixed = new int[mixers.length];
        int[] starts = new int[laneCount + 2];
        for (int i = 0; i <= laneCount; i++) {
            starts[i + 1] = priorBytes + laneStarts[i];
        }
        laneEnds = new HistoryLanes(starts);
        laneEnds.setKnown(0, priorBytes);
        lanes = new LaneHistory[laneCount + 1];
        for (int i = 0; i <= laneCount; i++) {
            lanes[i] = new LaneHistory(starts[i]);
        }
        if (primed.isDictionary) {
            lanes[1] = new LaneHistory(primed.lane, 0);
        }
        begin();
    }

    /** What counter states mean before anything was learned. */
    static int[] newMeanings() {
        int[] meanings = new int[CounterStates.count()];
        for (int state = 0; state < meanings.length; state++) {
            meanings[state] =
                    AdaptiveProbability.of(10L * CounterStates.ones(state) + 4, 10L * CounterStates.total(state) + 8);
        }
        return meanings;
    }

    private static Mixer[] newMixers(int count, int weight) {
        Mixer[] mixers = new Mixer[count];
        for (int i = 0; i < count; i++) {
            mixers[i] = new Mixer(MIXER_ROWS[i], INPUTS, weight);
        }
        return mixers;
    }

    private void begin() {
        for (LaneHistory each : lanes) {
            each.makeContexts(history, indirect);
        }
        laneIndex = lanes.length - 1;
        lane = lanes[laneIndex];
        inputs[BIAS_INPUT] = 256;
    }

    private void learn(byte[] text) {
        for (byte value : text) {
            for (int shift = 7; shift >= 0; shift--) {
                predict();
                update((value >>> shift) & 1);
            }
        }
    }

    /** What the shipped prior teaches; learned once, not to be changed. */
    static ContextMixer primed() {
        return Primed.MIXER;
    }

    /** What a dictionary teaches beyond the prior; not to be changed. */
    static ContextMixer primed(byte[] dictionary) {
        int[] starts = {0, dictionary.length};
        ContextMixer mixer = new ContextMixer(Primed.MIXER, Sizes.ofDictionary(dictionary.length), starts, false, true);
        mixer.learn(dictionary);
        return mixer;
    }

    /** The mixer of a text in one lane, without a language model, which goes on from what this one has learned. */
    ContextMixer alone(int textBytes, int memoryBits) {
        return new ContextMixer(this, Sizes.of(textBytes, memoryBits), new int[] {0, textBytes}, false, false);
    }

    /**
     * The mixer of a text with a language model, which goes on from what this one has learned.
     *
     * @param laneStarts [lanes + 1] offset of each lane in the text, then the text's length
     */
    ContextMixer withModel(int[] laneStarts, int memoryBits) {
        int textBytes = laneStarts[laneStarts.length - 1];
        return new ContextMixer(this, Sizes.of(textBytes, memoryBits), laneStarts, true, false);
    }

    /** Bytes of memory of one mixer, its text not counted. */
    static long bytes(int textBytes, int memoryBits) {
        return Sizes.of(textBytes, memoryBits).bytes();
    }

    /** The next bits belong to this lane. Lanes change between bytes only. */
    void lane(int index) {
        laneIndex = index + 1;
        lane = lanes[laneIndex];
    }

    /** A token of the lane begins. */
    void beginToken() {
        lane.tokenBytes = 0;
        lane.tokenHash = 0;
        stopModel.orElseThrow().beginToken(lane);
    }

    /** Probability, of 65536, that the lane's next bit is 1: 1 to 65535. */
    int predict() {
        hasModel = false;
        look();
        return finish(0);
    }

    /** The same with the odds of a language model, −{@link LogOdds#MAX} to {@link LogOdds#MAX}. */
    int predict(int modelOdds) {
        hasModel = true;
        look();
        inputs[MODEL_INPUTS] = modelOdds;
        inputs[MODEL_INPUTS + 1] = Math.abs(modelOdds) > SURE ? modelOdds / 2 : 0;
        return finish(modelOdds);
    }

    /** Sixteen classes of log odds. */
    static int oddsClass(int modelOdds) {
        return (modelOdds + Logistic.MAX) * 16 / (2 * Logistic.MAX + 1);
    }

    private void look() {
        LaneHistory here = lane;
        int nibbleBits = here.bits & 3;
        if (nibbleBits == 0) {
            // A one and the first four bits of the byte, once they are known.
            int nibble = here.bits == 0 ? 0 : here.byteSoFar;
            for (int i = 0; i < CONTEXTS; i++) {
                found[i] = slots.find(here.contexts[i], nibble);
            }
            for (int i = 0; i < CONTEXTS; i++) {
                if (found[i] == SlotTable.NONE) {
                    found[i] = slots.take(here.contexts[i], nibble);
                }
            }
        }
        node = (1 << nibbleBits) | (here.byteSoFar & ((1 << nibbleBits) - 1));
        orderHit = 0;
        for (int i = 0; i < CONTEXTS; i++) {
            int state = slots.state(found[i], node);
            states[i] = state;
            inputs[i] = state == CounterStates.EMPTY
                    ? 0
                    : Logistic.stretch(AdaptiveProbability.p16(stateMeanings[i][state]));
            if (i < LaneHistory.ORDERS && state != CounterStates.EMPTY) {
                orderHit = i + 1;
            }
        }
        inputs[CONTEXTS] = Logistic.stretch(AdaptiveProbability.p16(order1[order1Index(here)]));
        lookAtMatches(here);
    }

    private static int order1Index(LaneHistory here) {
        return ((here.last4 & 0xff) << 8) | here.byteSoFar;
    }

    private void lookAtMatches(LaneHistory here) {
        longestMatch = 0;
        expectedBit = -1;
        for (int i = 0; i < MatchModel.LENGTHS; i++) {
            MatchModel.Match match = here.matches[i];
            int input = 0;
            int linear = 0;
            matchRow[i] = -1;
            if (match.length > 0) {
                int expected = (history[match.pointer] & 0xff) | 256;
                if (expected >>> (8 - here.bits) == here.byteSoFar) {
                    int bit = (expected >>> (7 - here.bits)) & 1;
                    int row = MatchModel.lengthClass(match.length);
                    matchRow[i] = (row << 1) | bit;
                    int right = AdaptiveProbability.p16(matchMeanings[row]);
                    input = Logistic.stretch(right);
                    linear = (right - 32768) >> 4;
                    if (bit == 0) {
                        input = -input;
                        linear = -linear;
                    }
                    if (match.length > longestMatch) {
                        longestMatch = match.length;
                        expectedBit = bit;
                    }
                } else {
                    match.length = 0;
                }
            }
            inputs[MATCH_INPUTS + 2 * i] = input;
            inputs[MATCH_INPUTS + 2 * i + 1] = linear;
        }
    }

    private int finish(int modelOdds) {
        LaneHistory here = lane;
        int lengthClass = MatchModel.lengthClass(longestMatch);
        int isMatch = expectedBit >= 0 ? 1 : 0;
        int bits = here.bits;
        int odds = hasModel ? oddsClass(modelOdds) : 16;
        int place = hasModel ? Math.min(7, here.tokenBytes) : 0;
        int hit = orderHit * 2 + isMatch;
        int class1 = here.classBack(1);
        mixed[0] = mixers[0].mix(lengthClass * 8 + bits, inputs);
        mixed[1] = mixers[1].mix((expectedBit + 1) * 256 + here.byteSoFar, inputs);
        mixed[2] = mixers[2].mix(here.last4 & 0xff, inputs);
        mixed[3] = mixers[3].mix(hit * 64 + class1 * 8 + bits, inputs);
        mixed[4] = mixers[4].mix(
                (class1 * 8 + here.classBack(2)) * 8 + here.classBack(3) + (bits == 0 ? 0 : 512) + 1024 * isMatch,
                inputs);
        mixed[5] = mixers[5].mix(
                Math.min(63, here.column) + (here.above == 0 ? 0 : 64 * (1 + LaneHistory.classOf(here.above))), inputs);
        if (hasModel) {
            mixed[6] = mixers[6].mix((odds * 8 + place) * 8 + bits, inputs);
            mixed[7] = mixers[7].mix(hit * 32 + odds, inputs);
        }
        int matchClass = isMatch == 0 ? 0 : 1 + Math.min(6, lengthClass / 3);
        int last = finalMixer.mix((matchClass * 17 + odds) * 8 + (hasModel ? place : bits), mixed);
        int byContexts = refine(last, lengthClass);
        if (!hasModel) {
            return Math.max(1, Math.min(65535, byContexts));
        }
        int byModel = maps[4].refine(last, odds * 8 + place);
        return Math.max(1, Math.min(65535, (6 * byContexts + 2 * byModel) >> 3));
    }

    private int refine(int logOdds, int lengthClass) {
        LaneHistory here = lane;
        int shift = 32 - MAP_BITS;
        int one = maps[0].refine(logOdds, LaneHistory.hash(here.last4 & 0xff, here.byteSoFar) >>> shift);
        int two = maps[1].refine(logOdds, LaneHistory.hash(here.last4 & 0xffff, here.byteSoFar) >>> shift);
        int match = maps[2].refine(logOdds, expectedBit < 0 ? 63 : lengthClass * 2 + expectedBit);
        int column = maps[3].refine(
                logOdds, LaneHistory.hash((here.recordAbove << 8) | here.above, here.byteSoFar) >>> shift);
        return (2 * Logistic.squash(logOdds) + 2 * one + 2 * two + match + column) >> 3;
    }

    /** Learns what the predicted bit was. */
    void update(int bit) {
        int rate = RATE + (int) (EXTRA_RATE * 1024 / (bitsLearned / 8 + 1024));
        bitsLearned++;
        for (Mixer mixer : mixers) {
            mixer.learn(bit, inputs, rate);
        }
        finalMixer.learn(bit, mixed, FINAL_RATE);
        for (int i = 0; i < (hasModel ? 5 : 4); i++) {
            maps[i].learn(bit);
        }
        learnCounts(bit);
    }

    /** Learns a bit that was no question: counters and history know it, mixers do not. */
    void learn(int bit) {
        look();
        learnCounts(bit);
    }

    private void learnCounts(int bit) {
        LaneHistory here = lane;
        for (int i = 0; i < CONTEXTS; i++) {
            int state = states[i];
            stateMeanings[i][state] = AdaptiveProbability.updated(stateMeanings[i][state], bit, STATE_LIMIT);
            slots.setState(found[i], node, CounterStates.next(state, bit));
        }
        int order1Index = order1Index(here);
        order1[order1Index] = AdaptiveProbability.updated(order1[order1Index], bit, STATE_LIMIT);
        for (int row : matchRow) {
            if (row >= 0) {
                int right = (row & 1) == bit ? 1 : 0;
                matchMeanings[row >> 1] = AdaptiveProbability.updated(matchMeanings[row >> 1], right, COUNT_LIMIT);
            }
        }
        here.byteSoFar = (here.byteSoFar << 1) | bit;
        if (++here.bits == 8) {
            int value = here.byteSoFar & 0xff;
            int end = here.start + here.position + 1;
            history[end - 1] = (byte) value;
            laneEnds.setKnown(laneIndex, end);
            here.append(value, history, indirect);
            matchModel.update(here, history, laneEnds);
        }
    }

    /** Probability, of 65536, that the lane's token ends here: 1 to 65535. */
    int predictStop(int modelOdds) {
        return stopModel.orElseThrow().predict(lane, modelOdds);
    }

    void updateStop(boolean stops) {
        stopModel.orElseThrow().update(stops);
    }
}
