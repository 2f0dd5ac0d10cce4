package io.codelength.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.coding.IntervalSequence;
import io.codelength.coding.InvalidCodeException;
import io.codelength.coding.RangeDecoder;
import io.codelength.exact.ActivationWidth;
import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import io.codelength.predict.DecodingSink;
import io.codelength.predict.EncodingSink;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RandomExactModels;
import io.codelength.predict.RowSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;

/** What holds of every predictor that codes in native code: intervals, bytes, symbols and errors are those of rows in Java. */
final class CodingLaws {
    private static final CallScope SCOPE = CallScope.withMemory(Long.MAX_VALUE);
    private static final int LANES_PER_CODER = 8;
    private static final int LENGTH_MAX = 20;

    private CodingLaws() {}

    /** A row each; several rows for a symbol; ten symbols without a row. */
    static List<ExactModel> models() {
        return List.of(
                RandomExactModels.make(
                        new ModelShape(32, 1, 2, 1, 16, 48, 64, 1e-5), 700, 700, ActivationWidth.BITS_8, 11),
                RandomExactModels.tiny(),
                RandomExactModels.make(
                        new ModelShape(18, 1, 2, 2, 6, 22, 64, 1e-5), 60, 50, ActivationWidth.BITS_15, 12));
    }

    /** Symbols that lanes had, and what their coders wrote; damaged ones have no symbols. */
    record Coded(int[][] lanes, List<byte[]> payloads) {
        Coded damaged(Random random) {
            List<byte[]> changed = new ArrayList<>();
            for (byte[] payload : payloads) {
                byte[] copy = random.nextInt(3) == 0
                        ? Arrays.copyOf(payload, random.nextInt(payload.length + 1))
                        : payload.clone();
                if (copy.length > 0 && random.nextBoolean()) {
                    Arrays.fill(copy, 0, 1 + random.nextInt(copy.length), (byte) -random.nextInt(2));
                } else if (copy.length > 0) {
                    copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(8));
                }
                changed.add(copy);
            }
            return new Coded(lanes, changed);
        }
    }

    /** What came of decoding: symbols in the order in which they came, and how it ended. */
    record Decoded(List<List<Integer>> symbols, String end) {}

    /**
     * @param rows hands over rows only
     * @param coding codes itself
     */
    static void codesAsRowsInJavaDo(Predictor rows, Predictor coding, long seed) {
        for (int lanes : new int[] {1, 2, 8, 9, 32, 70}) {
            Random random = new Random(seed + lanes);
            Coded coded = encode(rows, coding, lanes, random);
            assertThat(decode(coding, coded, true))
                    .isEqualTo(decode(rows, coded, false))
                    .satisfies(decoded -> {
                        assertThat(decoded.end).isEmpty();
                        for (int lane = 0; lane < lanes; lane++) {
                            assertThat(decoded.symbols.get(lane))
                                    .containsExactlyElementsOf(Arrays.stream(coded.lanes[lane])
                                            .boxed()
                                            .toList());
                        }
                    });
            int refused = 0;
            for (int round = 0; round < 5; round++) {
                Coded damaged = coded.damaged(random);
                Decoded expected = decode(rows, damaged, false);
                assertThat(decode(coding, damaged, false))
                        .as("seed %d, round %d", seed, round)
                        .isEqualTo(expected);
                refused += expected.end.isEmpty() ? 0 : 1;
            }
            assertThat(refused).as("damaged payloads that were refused").isPositive();
        }
    }

    /** Random symbols; both predictors' intervals and bytes must be the same. */
    static Coded encode(Predictor rows, Predictor coding, int lanes, Random random) {
        int[][] symbols = new int[lanes][];
        for (int lane = 0; lane < lanes; lane++) {
            symbols[lane] = random.ints(
                            1 + random.nextInt(LENGTH_MAX), 0, rows.model().symbolCount())
                    .toArray();
        }
        List<IntervalSequence> expected = intervals(rows, symbols, false);
        List<byte[]> payloads = expected.stream().map(IntervalSequence::encode).toList();
        List<byte[]> found = coding.encode(intervals(coding, symbols, true));
        assertThat(found).hasSameSizeAs(payloads);
        for (int i = 0; i < payloads.size(); i++) {
            assertThat(found.get(i)).isEqualTo(payloads.get(i));
        }
        return new Coded(symbols, payloads);
    }

    private static List<IntervalSequence> intervals(Predictor predictor, int[][] lanes, boolean inNativeCode) {
        long[][][] known = new long[lanes.length][LENGTH_MAX][];
        List<PredictionStream> streams = new ArrayList<>();
        List<Passage> passages = new ArrayList<>();
        for (int[] lane : lanes) {
            PredictionStream stream = predictor.open(LENGTH_MAX, SCOPE);
            streams.add(stream);
            int[] input = new int[lane.length];
            input[0] = predictor.model().startSymbol();
            System.arraycopy(lane, 0, input, 1, input.length - 1);
            passages.add(new Passage(stream, input, 0));
        }
        EncodingSink sink = new EncodingSink() {
            @Override
            public OptionalInt symbol(int item, int index) {
                return OptionalInt.of(lanes[item][index]);
            }

            @Override
            public void interval(int item, int index, long below, long frequency, long total) {
                known[item][index] = new long[] {below, frequency, total};
            }

            @Override
            public void accept(int item, int index, FrequencyRow row) {
                assertThat(inNativeCode).as("a row was handed over").isFalse();
                int symbol = lanes[item][index];
                interval(item, index, row.below(symbol), row.frequency(symbol), row.total());
            }
        };
        predictor.prefill(passages, inNativeCode ? sink : rowsOnly(sink), SCOPE);
        streams.forEach(PredictionStream::close);
        List<IntervalSequence> sequences = new ArrayList<>();
        for (int first = 0; first < lanes.length; first += LANES_PER_CODER) {
            IntervalSequence sequence = new IntervalSequence(LANES_PER_CODER * LENGTH_MAX);
            for (int step = 0; step < LENGTH_MAX; step++) {
                for (int lane = first; lane < Math.min(first + LANES_PER_CODER, lanes.length); lane++) {
                    if (step < lanes[lane].length) {
                        sequence.add(known[lane][step][0], known[lane][step][1], known[lane][step][2]);
                    }
                }
            }
            sequences.add(sequence);
        }
        return sequences;
    }

    /**
     * Decodes as a reader would, lane by lane in each step.
     *
     * @param inNativeCode whether every symbol must be decoded there
     */
    static Decoded decode(Predictor predictor, Coded coded, boolean inNativeCode) {
        int lanes = coded.lanes.length;
        List<RangeDecoder> decoders = coded.payloads.stream()
                .map(payload -> new RangeDecoder(payload, 0, payload.length))
                .toList();
        List<List<Integer>> found = new ArrayList<>();
        List<PredictionStream> streams = new ArrayList<>();
        for (int lane = 0; lane < lanes; lane++) {
            found.add(new ArrayList<>());
            streams.add(predictor.open(LENGTH_MAX, SCOPE));
        }
        String end = "";
        try {
            for (int step = 0; step < LENGTH_MAX; step++) {
                List<Integer> active = new ArrayList<>();
                for (int lane = 0; lane < lanes; lane++) {
                    if (step < coded.lanes[lane].length) {
                        active.add(lane);
                    }
                }
                if (active.isEmpty()) {
                    break;
                }
                int[] symbols = new int[active.size()];
                for (int i = 0; i < symbols.length; i++) {
                    List<Integer> lane = found.get(active.get(i));
                    symbols[i] = step == 0 ? predictor.model().startSymbol() : lane.get(step - 1);
                }
                DecodingSink sink = new DecodingSink() {
                    @Override
                    public Optional<RangeDecoder> decoder(int item) {
                        return Optional.of(decoders.get(active.get(item) / LANES_PER_CODER));
                    }

                    @Override
                    public void decoded(int item, int symbol) {
                        found.get(active.get(item)).add(symbol);
                    }

                    @Override
                    public void accept(int item, int index, FrequencyRow row) {
                        assertThat(inNativeCode).as("a row was handed over").isFalse();
                        decoded(item, DecodingSink.decode(decoder(item).orElseThrow(), row));
                    }
                };
                predictor.step(active.stream().map(streams::get).toList(), symbols, sink, SCOPE);
            }
            decoders.forEach(RangeDecoder::finish);
        } catch (InvalidCodeException e) {
            end = String.valueOf(e.getMessage());
        }
        streams.forEach(PredictionStream::close);
        return new Decoded(found, end);
    }

    /** The same sink, but engines cannot tell that it wants no more of a row than an interval. */
    private static RowSink rowsOnly(RowSink sink) {
        return (item, index, row) -> sink.accept(item, index, row);
    }
}
