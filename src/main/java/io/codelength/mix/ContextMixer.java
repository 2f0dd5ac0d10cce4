package io.codelength.mix;

import java.lang.ref.SoftReference;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Predicts the bits of one frame by mixing what followed in many contexts, alone or together with a language model's
 * opinion, and learns from each. Integers only, so it is exact ({@code docs/mixing.md}; after Mahoney's PAQ8 and lpaq).
 *
 * <p>The frame's lanes share counters, mixers and matches, and each has a history of its own. Before each bit say which
 * {@link #lane} it belongs to, then {@link #predict} and {@link #update}, or {@link #learn}. Not thread-safe.
 */
final class ContextMixer {
    private static final int CONTEXTS = LaneHistory.CONTEXTS;
    private static final int MATCH_INPUTS = CONTEXTS + 2;
    private static final int MODEL_INPUTS = MATCH_INPUTS + 2 * MatchModel.LENGTHS;
    private static final int BIAS_INPUT = MODEL_INPUTS + 2;
    private static final int INPUTS = 32;

    /** Rows of the mixers, by what selects them; the last two only with a model. */
    private static final int[] MIXER_ROWS = {26 * 8, 256, 256, 14 * 256, 2048, 64 * 9, 17 * 8 * 8, 14 * 32};

    private static final int MIXERS_ALONE = 6;
    private static final int FINAL_ROWS = 8 * 17 * 8;

    private static final int RATE = 16;
    private static final int EXTRA_RATE = 60;
    private static final int FINAL_RATE = 3;
    private static final int STATE_LIMIT = 255;
    private static final int COUNT_LIMIT = 1023;

    /** Log odds beyond which a model is sure of itself. */
    private static final int SURE = 768;

    private static final int SLOT_BYTES = 16;
    private static final int BUCKET_SLOTS = 4;

    private static final int MATCH_ROWS = 64;

    private static final Map<Sizes, SoftReference<ContextMixer>> PRIMED = new ConcurrentHashMap<>();

    /** How large the tables are, which follows from the text's length and the memory declared. */
    private record Sizes(int slotBits, int matchBits, int mapBits, int stopBits) {
        /** Texts up to so many bytes have tables so small that a primed copy of them is kept. */
        private static final int KEPT_SLOT_BITS = 20;

        static Sizes of(int textBytes, int memoryBits) {
            int slotBitsMax = memoryBits - 5; // half of the memory for slots of 2^4 bytes
            if (textBytes <= 16 << 10) {
                return new Sizes(Math.min(18, slotBitsMax), 17, 12, 12);
            } else if (textBytes <= 64 << 10) {
                return new Sizes(Math.min(20, slotBitsMax), 17, 14, 14);
            } else if (textBytes <= 256 << 10) {
                return new Sizes(Math.min(21, slotBitsMax), 19, 16, 16);
            }
            return new Sizes(Math.min(21, slotBitsMax), 20, 16, 18);
        }

        long bytes() {
            return ((long) SLOT_BYTES << slotBits)
                    + 4L * (MatchModel.LENGTHS << matchBits)
                    + 2L * 33 * (3L << mapBits)
                    + 4L * (6L << stopBits)
                    + (4L << 20);
        }
    }

    private final Sizes sizes;
    private final byte[] slots; // [2^slotBits][SLOT_BYTES]: a check byte, then the states of the 15 nodes of a nibble
    private final int[][] stateMeanings; // [CONTEXTS][states] adaptive probabilities
    private final int[] order0; // [256]
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

    private LaneHistory lane;
    private int laneIndex;
    private long bitsLearned;

    // Of the bit at hand:
    private final int[] found = new int[CONTEXTS]; // offset of each context's slot
    private final int[] inputs = new int[INPUTS];
    private final int[] mixed;
    private final int[] matchRow = new int[MatchModel.LENGTHS]; // what each match says of this bit; −1 for nothing
    private int expectedBit; // by the longest match; −1 if there is none
    private int longestMatch;
    private int orderHit; // how many of the orders have seen this context
    private int node;
    private boolean hasModel;

    /** Before anything was learned, with the prior as its only lane. */
    private ContextMixer(Sizes sizes) {
        this.sizes = sizes;
        slots = new byte[SLOT_BYTES << sizes.slotBits];
        stateMeanings = new int[CONTEXTS][CounterStates.count()];
        for (int[] meanings : stateMeanings) {
            for (int state = 0; state < meanings.length; state++) {
                meanings[state] = AdaptiveProbability.of(
                        10L * CounterStates.ones(state) + 4, 10L * CounterStates.total(state) + 8);
            }
        }
        order0 = new int[256];
        Arrays.fill(order0, AdaptiveProbability.HALF);
        order1 = new int[1 << 16];
        Arrays.fill(order1, AdaptiveProbability.HALF);
        matchMeanings = new int[MATCH_ROWS];
        for (int row = 0; row < MATCH_ROWS; row++) {
            matchMeanings[row] = AdaptiveProbability.of(3L * row + 2, 3L * row + 4);
        }
        matchModel = new MatchModel(sizes.matchBits);
        indirect = new IndirectHistory();
        mixers = newMixers(MIXERS_ALONE, Mixer.ONE / 10);
        finalMixer = new Mixer(FINAL_ROWS, MIXERS_ALONE, Mixer.ONE / MIXERS_ALONE);
        mixed = new int[MIXERS_ALONE];
        maps = new ProbabilityMap[] {
            new ProbabilityMap(1 << sizes.mapBits),
            new ProbabilityMap(1 << sizes.mapBits),
            new ProbabilityMap(64),
            new ProbabilityMap(1 << sizes.mapBits),
            new ProbabilityMap(17 * 8)
        };
        stopModel = Optional.empty();
        history = Prior.text().clone();
        laneEnds = new HistoryLanes(new int[] {0, history.length});
        lanes = new LaneHistory[] {new LaneHistory(0)};
        begin();
    }

    /** Goes on from what another has learned, with new lanes after the prior. */
    private ContextMixer(ContextMixer primed, int[] laneStarts, boolean withModel) {
        sizes = primed.sizes;
        slots = primed.slots.clone();
        stateMeanings = new int[CONTEXTS][];
        for (int i = 0; i < CONTEXTS; i++) {
            stateMeanings[i] = primed.stateMeanings[i].clone();
        }
        order0 = primed.order0.clone();
        order1 = primed.order1.clone();
        matchMeanings = primed.matchMeanings.clone();
        matchModel = new MatchModel(primed.matchModel);
        indirect = new IndirectHistory(primed.indirect);
        maps = Arrays.stream(primed.maps).map(ProbabilityMap::new).toArray(ProbabilityMap[]::new);
        int laneCount = laneStarts.length - 1;
        int textBytes = laneStarts[laneCount];
        int prior = primed.history.length;
        history = Arrays.copyOf(primed.history, prior + textBytes);
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
            starts[i + 1] = prior + laneStarts[i];
        }
        laneEnds = new HistoryLanes(starts);
        laneEnds.setKnown(0, prior);
        lanes = new LaneHistory[laneCount + 1];
        for (int i = 0; i <= laneCount; i++) {
            lanes[i] = new LaneHistory(starts[i]);
        }
        begin();
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

    private static ContextMixer primed(Sizes sizes) {
        SoftReference<ContextMixer> kept = PRIMED.get(sizes);
        ContextMixer known = kept == null ? null : kept.get();
        if (known != null) {
            return known;
        }
        ContextMixer primed = new ContextMixer(sizes);
        for (byte value : Prior.text()) {
            for (int shift = 7; shift >= 0; shift--) {
                primed.predict();
                primed.update((value >>> shift) & 1);
            }
        }
        if (sizes.slotBits <= Sizes.KEPT_SLOT_BITS) {
            PRIMED.put(sizes, new SoftReference<>(primed));
        }
        return primed;
    }

    /**
     * For one lane without a language model.
     *
     * @param memoryBits binary logarithm of the most bytes that the tables take, 16 to 26
     */
    static ContextMixer alone(int textBytes, int memoryBits) {
        return new ContextMixer(primed(Sizes.of(textBytes, memoryBits)), new int[] {0, textBytes}, false);
    }

    /** @param laneStarts [lanes + 1] offset of each lane in the text, then the text's length */
    static ContextMixer withModel(int[] laneStarts, int memoryBits) {
        int textBytes = laneStarts[laneStarts.length - 1];
        return new ContextMixer(primed(Sizes.of(textBytes, memoryBits)), laneStarts, true);
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
            for (int i = 0; i < CONTEXTS; i++) {
                int hash = here.bits < 4 ? here.contexts[i] : LaneHistory.hash(here.contexts[i], nibble(here));
                found[i] = find(hash);
            }
        }
        node = ((1 << nibbleBits) | (here.byteSoFar & ((1 << nibbleBits) - 1))) - 1;
        orderHit = 0;
        for (int i = 0; i < CONTEXTS; i++) {
            int state = slots[found[i] + 1 + node] & 0xff;
            inputs[i] = state == CounterStates.EMPTY
                    ? 0
                    : Logistic.stretch(AdaptiveProbability.p16(stateMeanings[i][state]));
            if (i < LaneHistory.ORDERS && state != CounterStates.EMPTY) {
                orderHit = i + 1;
            }
        }
        inputs[CONTEXTS] = Logistic.stretch(AdaptiveProbability.p16(order0[here.byteSoFar]));
        inputs[CONTEXTS + 1] = Logistic.stretch(AdaptiveProbability.p16(order1[order1Index(here)]));
        lookAtMatches(here);
    }

    /** A one and the first four bits of the byte. */
    private static int nibble(LaneHistory here) {
        return here.byteSoFar >>> (here.bits - 4);
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
                    int row = Math.min(MATCH_ROWS - 1, 2 * MatchModel.lengthClass(match.length));
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
        mixed[0] = mixers[0].mix(lengthClass * 8 + bits, inputs);
        mixed[1] = mixers[1].mix(here.byteSoFar, inputs);
        mixed[2] = mixers[2].mix(here.last4 & 0xff, inputs);
        mixed[3] = mixers[3].mix(hit * 256 + here.classBack(1) * 8 + bits, inputs);
        mixed[4] = mixers[4].mix(
                (here.classBack(1) * 8 + here.classBack(2)) * 8
                        + here.classBack(3)
                        + (bits == 0 ? 0 : 512)
                        + 1024 * isMatch,
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
        int shift = 32 - sizes.mapBits;
        int order1 = maps[0].refine(logOdds, LaneHistory.hash(here.last4 & 0xff, here.byteSoFar) >>> shift);
        int order3 = maps[1].refine(logOdds, LaneHistory.hash(here.last4 & 0xffffff, here.byteSoFar * 7919) >>> shift);
        int match = maps[2].refine(logOdds, expectedBit < 0 ? 63 : lengthClass * 2 + expectedBit);
        int column = maps[3].refine(
                logOdds, LaneHistory.hash(here.recordAbove << 8 | here.above, here.byteSoFar * 7919) >>> shift);
        return (2 * Logistic.squash(logOdds) + 2 * order1 + 2 * order3 + match + column) >> 3;
    }

    /** Learns what the predicted bit was. */
    void update(int bit) {
        bitsLearned++;
        int rate = RATE + (int) (EXTRA_RATE * 1024 / (bitsLearned / 8 + 1024));
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
            int at = found[i] + 1 + node;
            int state = slots[at] & 0xff;
            stateMeanings[i][state] = AdaptiveProbability.updated(stateMeanings[i][state], bit, STATE_LIMIT);
            slots[at] = CounterStates.next(state, bit);
        }
        order0[here.byteSoFar] = AdaptiveProbability.updated(order0[here.byteSoFar], bit, COUNT_LIMIT);
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

    /** The slot of a context: found by its check byte in a bucket of four, or taken from the least used one. */
    private int find(int hash) {
        byte check = (byte) Math.max(1, hash >>> 24);
        int slot = ((hash * 0x2C1B3C6D) >>> 7) & ((1 << sizes.slotBits) - 1) & -BUCKET_SLOTS;
        int first = slot * SLOT_BYTES;
        int victim = first;
        int fewest = Integer.MAX_VALUE;
        for (int at = first; at < first + BUCKET_SLOTS * SLOT_BYTES; at += SLOT_BYTES) {
            if (slots[at] == check) {
                return at;
            }
            int seen = CounterStates.total(slots[at + 1] & 0xff);
            if (seen < fewest) {
                fewest = seen;
                victim = at;
            }
        }
        Arrays.fill(slots, victim, victim + SLOT_BYTES, (byte) 0);
        slots[victim] = check;
        return victim;
    }

    /** Probability, of 65536, that the lane's token ends here: 1 to 65535. */
    int predictStop(int modelOdds) {
        return stopModel.orElseThrow().predict(lane, modelOdds);
    }

    void updateStop(boolean stops) {
        stopModel.orElseThrow().update(stops);
    }
}
