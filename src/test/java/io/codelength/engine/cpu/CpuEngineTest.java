package io.codelength.engine.cpu;

import static io.codelength.engine.cpu.BatchLaws.hash;
import static io.codelength.engine.cpu.BatchLaws.onePass;
import static io.codelength.engine.cpu.BatchLaws.symbols;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.exact.ActivationWidth;
import io.codelength.limit.CallScope;
import io.codelength.limit.Cancellation;
import io.codelength.limit.CancelledException;
import io.codelength.limit.LimitExceededException;
import io.codelength.limit.MemoryBudget;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import io.codelength.predict.Passage;
import io.codelength.predict.PlainPredictor;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RandomExactModels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class CpuEngineTest {
    private static final CallScope SCOPE = CallScope.withMemory(Long.MAX_VALUE);

    @BeforeAll
    static void kernelsAreBuilt() {
        assumeTrue(NativeBuild.isHere(), "this build has no native kernels");
    }

    static Stream<String> paths() {
        return CpuEngine.paths().stream();
    }

    /** Models of several shapes, each with symbols of many rows and of none where there are such. */
    private static List<ExactModel> models() {
        return List.of(
                RandomExactModels.tiny(),
                RandomExactModels.make(
                        new ModelShape(64, 2, 6, 2, 16, 160, 300, 1e-5), 300, 300, ActivationWidth.BITS_8, 3),
                RandomExactModels.make(
                        new ModelShape(96, 1, 9, 3, 32, 1_100, 300, 1e-6), 200, 391, ActivationWidth.BITS_15, 4));
    }

    @ParameterizedTest
    @MethodSource("paths")
    void onePassAndStepsGiveThePlainModelsIntegersOnAnyNumberOfThreads(String path) {
        for (ExactModel model : models()) {
            int length = Math.min(64, model.shape().contextTokens());
            int[] symbols = symbols(model, length, 5);
            long[] expected;
            try (Predictor plain = new PlainPredictor(model)) {
                expected = onePass(plain, symbols);
            }
            for (int threads = 1; threads <= 2; threads++) {
                try (Predictor predictor = new CpuPredictor(model, path, threads)) {
                    assertThat(onePass(predictor, symbols)).isEqualTo(expected);
                    try (PredictionStream stream = predictor.open(length, SCOPE)) {
                        for (int at = 0; at < length; at++) {
                            int position = at;
                            predictor.step(
                                    List.of(stream),
                                    new int[] {symbols[at]},
                                    (item, index, row) -> assertThat(hash(row)).isEqualTo(expected[position]),
                                    SCOPE);
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("paths")
    void streamsOfAnyNumberAndAnyLengthsShareCallsWithoutEffect(String path) {
        BatchLaws.streamsOfAnyNumberAndAnyLengthsShareCalls(models().get(1), model -> new CpuPredictor(model, path, 2));
    }

    @ParameterizedTest
    @MethodSource("paths")
    void everyBatchFrom1To257StepsAlike(String path) {
        BatchLaws.everyBatchFrom1To257StepsAlike(model -> new CpuPredictor(model, path, 1), 1);
        BatchLaws.everyBatchFrom1To257StepsAlike(model -> new CpuPredictor(model, path, 2), 2);
    }

    @ParameterizedTest
    @MethodSource("paths")
    void everyPassageLengthFrom1To257IsReadAlike(String path) {
        BatchLaws.everyPassageLengthFrom1To257IsReadAlike(models().get(1), model -> new CpuPredictor(model, path, 2));
    }

    @Test
    void everySymbolIsFoundWhereItsSumsSay() {
        for (ExactModel model : models()) {
            int[] symbols = symbols(model, 3, 8);
            try (Predictor predictor = new CpuPredictor(model, CpuEngine.paths().get(0), 1);
                    PredictionStream stream = predictor.open(3, SCOPE)) {
                predictor.prefill(
                        List.of(new Passage(stream, symbols, 0)),
                        (item, index, row) -> {
                            long sum = 0;
                            for (int symbol = 0; symbol < row.symbolCount(); symbol++) {
                                assertThat(row.below(symbol)).isEqualTo(sum);
                                assertThat(row.find(sum)).isEqualTo(symbol);
                                sum += row.frequency(symbol);
                                assertThat(row.find(sum - 1)).isEqualTo(symbol);
                            }
                            assertThat(row.below(row.symbolCount())).isEqualTo(sum);
                            assertThat(row.total()).isEqualTo(sum);
                            assertThatThrownBy(() -> row.find(row.total())).hasMessageContaining("total");
                            assertThatThrownBy(() -> row.find(-1)).hasMessageContaining("-1");
                        },
                        SCOPE);
            }
        }
    }

    @Test
    void aCancelledCallStopsAndTheStreamCanBeReset() {
        ExactModel model = models().get(1);
        int[] symbols = symbols(model, 200, 9);
        Cancellation cancellation = new Cancellation();
        CallScope scope = new CallScope(cancellation, new MemoryBudget(1L << 32));
        try (Predictor predictor = new CpuPredictor(model, CpuEngine.paths().get(0), 2);
                PredictionStream stream = predictor.open(200, scope)) {
            List<Integer> seen = new ArrayList<>();
            assertThatThrownBy(() -> predictor.prefill(
                            List.of(new Passage(stream, symbols, 0)),
                            (item, index, row) -> {
                                seen.add(index);
                                cancellation.cancel("enough");
                            },
                            scope))
                    .isInstanceOf(CancelledException.class);
            assertThat(seen).hasSize(Kernels.ROWS_MAX);
            stream.reset();
            long[] found = new long[200];
            predictor.prefill(
                    List.of(new Passage(stream, symbols, 0)), (item, index, row) -> found[index] = hash(row), SCOPE);
            assertThat(found).isEqualTo(onePass(predictor, symbols));
        }
    }

    @Test
    @SuppressWarnings("try") // a stream is closed before its time, which is the point
    void callsThatBreakTheRulesAreRefusedBeforeNativeCodeSeesThem() {
        ExactModel model = RandomExactModels.tiny();
        try (Predictor predictor = new CpuPredictor(model, "scalar", 1);
                Predictor other = new CpuPredictor(model, "scalar", 1);
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
            stream.close();
            assertThatThrownBy(() -> predictor.step(List.of(stream), new int[1], (i, j, row) -> {}, SCOPE))
                    .hasMessageContaining("closed");
            assertThatThrownBy(() -> predictor.step(
                            List.of(predictor.open(4, SCOPE)),
                            new int[1],
                            (i, j, row) -> predictor.step(List.of(), new int[0], (k, l, r) -> {}, SCOPE),
                            SCOPE))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aClosedPredictorSaysSo() {
        Predictor predictor = new CpuPredictor(RandomExactModels.tiny(), "scalar", 2);
        PredictionStream stream = predictor.open(4, SCOPE);
        predictor.close();
        predictor.close();
        assertThatThrownBy(() -> predictor.step(List.of(stream), new int[1], (i, j, row) -> {}, SCOPE))
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> predictor.open(4, SCOPE)).hasMessageContaining("closed");
        stream.close();
    }

    @Test
    void streamsTakeTheirBytesFromTheBudgetAndGiveThemBack() {
        ExactModel model = RandomExactModels.tiny();
        try (Predictor predictor = new CpuPredictor(model, "scalar", 1)) {
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
    void streamsThatGoTogetherFillTheCacheUnlessWeightsDo() {
        ExactModel model = models().get(1);
        long bytes;
        try (Predictor predictor = new CpuPredictor(Kernels.get(), model, "scalar", 1, Long.MAX_VALUE)) {
            bytes = predictor.streamBytes(300);
            assertThat(predictor.streamsTogether(300)).isEqualTo(Kernels.ROWS_MAX);
        }
        try (Predictor predictor = new CpuPredictor(Kernels.get(), model, "scalar", 1, 20 * bytes)) {
            assertThat(predictor.streamsTogether(300)).isEqualTo(24);
        }
        try (Predictor predictor = new CpuPredictor(Kernels.get(), model, "scalar", 1, 1)) {
            assertThat(predictor.streamsTogether(300)).isEqualTo(Kernels.ROWS_MAX);
        }
    }

    @Test
    void predictorsOfOneThreadEachWorkBesideTheOneTheyCameFrom() throws InterruptedException {
        ExactModel model = models().get(1);
        int[] symbols = symbols(model, 150, 10);
        List<long[]> found = Collections.synchronizedList(new ArrayList<>());
        try (Predictor together = new CpuPredictor(model, CpuEngine.paths().get(0), 3)) {
            assertThat(together.threadsApart()).isEqualTo(3);
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < together.threadsApart(); i++) {
                Thread thread = new Thread(() -> {
                    try (Predictor alone = together.alone()) {
                        assertThat(alone.streamBytes(150)).isEqualTo(together.streamBytes(150));
                        found.add(onePass(alone, symbols));
                    }
                });
                thread.start();
                threads.add(thread);
            }
            found.add(onePass(together, symbols));
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(found).hasSize(4).allSatisfy(row -> assertThat(row).isEqualTo(found.get(0)));
            try (Predictor alone = together.alone();
                    PredictionStream foreign = together.open(4, SCOPE)) {
                assertThatThrownBy(() -> alone.step(List.of(foreign), new int[1], (i, j, row) -> {}, SCOPE))
                        .hasMessageContaining("another predictor");
                assertThatThrownBy(alone::alone).isInstanceOf(UnsupportedOperationException.class);
            }
        }
    }

    @Test
    void threadsStayTogetherWhereNoCacheHoldsTheWeights() {
        try (Predictor predictor = new CpuPredictor(Kernels.get(), models().get(1), "scalar", 2, 1)) {
            assertThat(predictor.threadsApart()).isEqualTo(1);
            assertThatThrownBy(predictor::alone).isInstanceOf(UnsupportedOperationException.class);
        }
    }

    @ParameterizedTest
    @MethodSource("paths")
    void loadingRunsTheVectors(String path) {
        try (CpuEngine engine = new CpuEngine(path, 2);
                Predictor predictor = engine.load(RandomExactModels.tiny())) {
            assertThat(predictor.model().name()).isEqualTo("random-7");
            assertThat(engine.name()).isEqualTo("cpu");
            assertThat(engine.description()).contains(path).contains("2 threads");
        }
    }

    @Test
    void anUnknownPathIsRefusedNamingThoseThereAre() {
        assertThatThrownBy(() -> new CpuEngine("sse9", 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("scalar");
    }
}
