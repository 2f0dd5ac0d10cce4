package io.codelength.engine.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.exact.ActivationWidth;
import io.codelength.limit.CallScope;
import io.codelength.limit.Cancellation;
import io.codelength.limit.CancelledException;
import io.codelength.limit.LimitExceededException;
import io.codelength.limit.MemoryBudget;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PlainPredictor;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RandomExactModels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReferencePredictorTest {
    private static final CallScope SCOPE = CallScope.withMemory(1L << 32);

    @Test
    void onePassEqualsPlainCode() {
        ExactModel model = RandomExactModels.tiny();
        int[] symbols = symbols(model, 64, 1);
        assertThat(onePass(model, 1, symbols)).isEqualTo(plain(model, symbols));
    }

    @Test
    void evenlyAndOddlySizedModelsEqualPlainCode() {
        Random random = new Random(3);
        for (int seed = 0; seed < 25; seed++) {
            int keyValueHeads = 1 + random.nextInt(3);
            ModelShape shape = new ModelShape(
                    1 + random.nextInt(70),
                    1 + random.nextInt(3),
                    keyValueHeads * (1 + random.nextInt(3)),
                    keyValueHeads,
                    2 * (1 + random.nextInt(9)),
                    1 + random.nextInt(300),
                    48,
                    1e-6);
            int symbolCount = 1 + random.nextInt(80);
            ActivationWidth down = seed % 2 == 0 ? ActivationWidth.BITS_15 : ActivationWidth.BITS_8;
            ExactModel model = RandomExactModels.make(shape, symbolCount, symbolCount + random.nextInt(3), down, seed);
            int[] symbols = symbols(model, 48, seed);
            assertThat(onePass(model, 2, symbols)).as("seed %d", seed).isEqualTo(plain(model, symbols));
        }
    }

    @Test
    void widthsThatNeedLongSumsEqualPlainCode() {
        ExactModel model = RandomExactModels.make(
                new ModelShape(24, 1, 2, 1, 8, 2_500, 16, 1e-5), 40, 40, ActivationWidth.BITS_15, 5);
        int[] symbols = symbols(model, 16, 5);
        assertThat(onePass(model, 1, symbols)).isEqualTo(plain(model, symbols));
    }

    @Test
    void theShapeOfBaseEqualsPlainCode() {
        ExactModel model = RandomExactModels.likeBase();
        int[] symbols = symbols(model, 40, 6);
        assertThat(onePass(model, 2, symbols)).isEqualTo(plain(model, symbols));
    }

    @Test
    void steppingEqualsOnePassWhateverTheBatchAndThreads() {
        ExactModel model = RandomExactModels.tiny();
        for (int lanes : new int[] {1, 2, 7, 32, 41}) {
            int[][] symbols = new int[lanes][];
            long[][] expected = new long[lanes][];
            for (int lane = 0; lane < lanes; lane++) {
                symbols[lane] = symbols(model, 20, 100 + lane);
                expected[lane] = onePass(model, 1, symbols[lane]);
            }
            for (int threads = 1; threads <= 2; threads++) {
                assertThat(stepped(model, threads, symbols))
                        .as("%d lanes, %d threads", lanes, threads)
                        .isDeepEqualTo(expected);
            }
        }
    }

    @Test
    void anySplitOfPassagesGivesTheSameRows() {
        ExactModel model = RandomExactModels.tiny();
        Random random = new Random(11);
        int[] symbols = symbols(model, 64, 11);
        long[] expected = onePass(model, 1, symbols);
        try (Predictor predictor = new ReferencePredictor(model, 2);
                PredictionStream stream = predictor.open(64, SCOPE)) {
            for (int round = 0; round < 40; round++) {
                long[] found = new long[64];
                stream.reset();
                while (stream.position() < 64) {
                    int from = stream.position();
                    int count = 1 + random.nextInt(64 - from);
                    predictor.prefill(
                            List.of(new Passage(stream, Arrays.copyOfRange(symbols, from, from + count), 0)),
                            (item, index, row) -> found[from + index] = hash(row),
                            SCOPE);
                }
                assertThat(found).isEqualTo(expected);
            }
        }
    }

    @Test
    void passagesOfSeveralStreamsShareACallAndKeepTheirOrder() {
        ExactModel model = RandomExactModels.tiny();
        int[] first = symbols(model, 45, 21);
        int[] second = symbols(model, 30, 22);
        long[] expectedFirst = onePass(model, 1, first);
        long[] expectedSecond = onePass(model, 1, second);
        List<String> order = new ArrayList<>();
        try (Predictor predictor = new ReferencePredictor(model, 2);
                PredictionStream a = predictor.open(64, SCOPE);
                PredictionStream b = predictor.open(30, SCOPE)) {
            predictor.prefill(
                    List.of(new Passage(a, first, 40), new Passage(b, second, 28)),
                    (item, index, row) -> {
                        order.add(item + ":" + index);
                        assertThat(hash(row)).isEqualTo((item == 0 ? expectedFirst : expectedSecond)[index]);
                    },
                    SCOPE);
        }
        assertThat(order).containsExactly("0:40", "0:41", "0:42", "0:43", "0:44", "1:28", "1:29");
    }

    @Test
    void aResetStreamForgets() {
        ExactModel model = RandomExactModels.tiny();
        int[] symbols = symbols(model, 33, 31);
        long[] expected = onePass(model, 1, symbols);
        try (Predictor predictor = new ReferencePredictor(model, 1);
                PredictionStream stream = predictor.open(64, SCOPE)) {
            predictor.prefill(List.of(new Passage(stream, symbols(model, 64, 32), 64)), (i, j, row) -> {}, SCOPE);
            stream.reset();
            assertThat(stream.position()).isZero();
            long[] found = new long[33];
            predictor.prefill(
                    List.of(new Passage(stream, symbols, 0)), (item, index, row) -> found[index] = hash(row), SCOPE);
            assertThat(found).isEqualTo(expected);
        }
    }

    @Test
    void streamsTakeTheirBytesFromTheBudgetAndGiveThemBack() {
        ExactModel model = RandomExactModels.tiny();
        try (Predictor predictor = new ReferencePredictor(model, 1)) {
            long bytes = predictor.streamBytes(64);
            CallScope scope = CallScope.withMemory(2 * bytes);
            PredictionStream first = predictor.open(64, scope);
            PredictionStream second = predictor.open(64, scope);
            assertThatThrownBy(() -> predictor.open(1, scope)).isInstanceOf(LimitExceededException.class);
            first.close();
            first.close();
            assertThat(scope.memory().usedBytes()).isEqualTo(bytes);
            second.close();
            assertThat(scope.memory().usedBytes()).isZero();
        }
    }

    @Test
    void aCancelledCallStopsAndTheStreamCanBeReset() {
        ExactModel model = RandomExactModels.tiny();
        int[] symbols = symbols(model, 64, 41);
        Cancellation cancellation = new Cancellation();
        CallScope scope = new CallScope(cancellation, new MemoryBudget(1L << 32));
        try (Predictor predictor = new ReferencePredictor(model, 2);
                PredictionStream stream = predictor.open(64, scope)) {
            List<Integer> seen = new ArrayList<>();
            assertThatThrownBy(() -> predictor.prefill(
                            List.of(new Passage(stream, symbols, 0)),
                            (item, index, row) -> {
                                seen.add(index);
                                cancellation.cancel("enough");
                            },
                            scope))
                    .isInstanceOf(CancelledException.class);
            assertThat(seen).hasSize(ReferencePredictor.BLOCK_ROWS);
            stream.reset();
            long[] found = new long[64];
            predictor.prefill(
                    List.of(new Passage(stream, symbols, 0)), (item, index, row) -> found[index] = hash(row), SCOPE);
            assertThat(found).isEqualTo(onePass(model, 1, symbols));
        }
    }

    @Test
    void callsThatBreakTheRulesAreRefused() {
        ExactModel model = RandomExactModels.tiny();
        try (Predictor predictor = new ReferencePredictor(model, 1);
                Predictor other = new ReferencePredictor(model, 1);
                PredictionStream stream = predictor.open(2, SCOPE);
                PredictionStream foreign = other.open(2, SCOPE)) {
            assertThatThrownBy(() -> predictor.step(List.of(stream), new int[] {51}, (i, j, row) -> {}, SCOPE))
                    .hasMessageContaining("symbol 51");
            assertThatThrownBy(() -> predictor.step(List.of(stream), new int[] {-1}, (i, j, row) -> {}, SCOPE))
                    .hasMessageContaining("symbol -1");
            assertThatThrownBy(() -> predictor.step(List.of(stream), new int[2], (i, j, row) -> {}, SCOPE))
                    .hasMessageContaining("1 streams, 2 symbols");
            assertThatThrownBy(() -> predictor.step(List.of(stream, stream), new int[2], (i, j, row) -> {}, SCOPE))
                    .hasMessageContaining("twice");
            assertThatThrownBy(() -> predictor.step(List.of(foreign), new int[1], (i, j, row) -> {}, SCOPE))
                    .hasMessageContaining("another predictor");
            predictor.step(List.of(stream), new int[1], (i, j, row) -> {}, SCOPE);
            predictor.step(List.of(stream), new int[1], (i, j, row) -> {}, SCOPE);
            assertThatThrownBy(() -> predictor.step(List.of(stream), new int[1], (i, j, row) -> {}, SCOPE))
                    .hasMessageContaining("window of 2");
            assertThatThrownBy(() -> predictor.open(65, SCOPE)).hasMessageContaining("context of 64");
        }
    }

    @Test
    void aSinkThatCallsBackIsToldSo() {
        ExactModel model = RandomExactModels.tiny();
        try (Predictor predictor = new ReferencePredictor(model, 1);
                PredictionStream stream = predictor.open(4, SCOPE)) {
            assertThatThrownBy(() -> predictor.step(
                            List.of(stream),
                            new int[1],
                            (i, j, row) -> predictor.step(List.of(stream), new int[1], (k, l, r) -> {}, SCOPE),
                            SCOPE))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void loadingRunsTheVectors() {
        try (ReferenceEngine engine = new ReferenceEngine(2);
                Predictor predictor = engine.load(RandomExactModels.tiny())) {
            assertThat(predictor.model().name()).isEqualTo("random-7");
            assertThat(engine.name()).isEqualTo("reference");
            assertThat(engine.description()).contains("2 threads");
        }
    }

    static int[] symbols(ExactModel model, int count, long seed) {
        int[] symbols = new Random(seed).ints(count, 0, model.symbolCount()).toArray();
        symbols[0] = model.startSymbol();
        return symbols;
    }

    private static long[] plain(ExactModel model, int[] symbols) {
        try (Predictor predictor = new PlainPredictor(model)) {
            return onePass(predictor, symbols);
        }
    }

    private static long[] onePass(ExactModel model, int threads, int[] symbols) {
        try (Predictor predictor = new ReferencePredictor(model, threads)) {
            return onePass(predictor, symbols);
        }
    }

    private static long[] onePass(Predictor predictor, int[] symbols) {
        long[] hashes = new long[symbols.length];
        try (PredictionStream stream = predictor.open(symbols.length, SCOPE)) {
            predictor.prefill(
                    List.of(new Passage(stream, symbols, 0)), (item, index, row) -> hashes[index] = hash(row), SCOPE);
        }
        return hashes;
    }

    private static long[][] stepped(ExactModel model, int threads, int[][] symbols) {
        int lanes = symbols.length;
        int length = symbols[0].length;
        long[][] hashes = new long[lanes][length];
        try (Predictor predictor = new ReferencePredictor(model, threads)) {
            List<PredictionStream> streams = new ArrayList<>();
            for (int lane = 0; lane < lanes; lane++) {
                streams.add(predictor.open(length, SCOPE));
            }
            int[] next = new int[lanes];
            for (int position = 0; position < length; position++) {
                int at = position;
                Arrays.setAll(next, lane -> symbols[lane][at]);
                predictor.step(streams, next, (item, index, row) -> hashes[item][at] = hash(row), SCOPE);
            }
            streams.forEach(PredictionStream::close);
        }
        return hashes;
    }

    private static long hash(FrequencyRow row) {
        long hash = row.total();
        for (int symbol = 0; symbol <= row.symbolCount(); symbol++) {
            hash = hash * 0x9E37_79B9_7F4A_7C15L + row.below(symbol);
        }
        return hash;
    }
}
