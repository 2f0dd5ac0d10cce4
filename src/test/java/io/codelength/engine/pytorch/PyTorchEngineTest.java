package io.codelength.engine.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.Shared;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.limit.CallScope;
import io.codelength.limit.Cancellation;
import io.codelength.limit.CancelledException;
import io.codelength.limit.LimitExceededException;
import io.codelength.limit.MemoryBudget;
import io.codelength.model.ExactContents;
import io.codelength.model.ExactModel;
import io.codelength.model.ExactModelWriter;
import io.codelength.model.ImportProgress;
import io.codelength.model.ModelImporter;
import io.codelength.model.ModelShape;
import io.codelength.model.SourceModel;
import io.codelength.model.TinyModels;
import io.codelength.model.store.ModelFiles;
import io.codelength.predict.EngineMismatchException;
import io.codelength.predict.Passage;
import io.codelength.predict.PlainPredictor;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RowSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PyTorchEngineTest {
    private static final RowSink NOBODY = (item, index, row) -> {};

    private PyTorchEngine engine;

    @BeforeAll
    void loadOnce() {
        engine = new PyTorchEngine(PyTorchOptions.cpu(1));
    }

    @Test
    void everyShapeGivesTheFrequenciesOfPlainArithmetic() {
        for (ExactModel model : TinyModels.shapes()) {
            int positions = Math.min(model.shape().contextTokens(), 120);
            checkModel(model, positions);
        }
    }

    @Test
    void rowsWiderThanOneBlockOfColumnsAreJoinedExactly() {
        // Two blocks and three, of 8 bits (into the output matrix) and of 15 (into down).
        checkModel(TinyModels.exact(new ModelShape(16, 1, 70, 5, 16, 1100, 32, 1e-5), true, 11), 20);
        checkModel(TinyModels.exact(new ModelShape(16, 1, 130, 1, 16, 2100, 32, 1e-5), false, 12), 12);
        checkModel(TinyModels.exact(new ModelShape(1032, 1, 2, 1, 8, 24, 32, 1e-5), true, 13), 12);
    }

    @Test
    void moreThanOneBlockOfPositionsIsJoinedExactly() {
        ExactModel model = TinyModels.exact(new ModelShape(16, 1, 4, 2, 8, 24, 1300, 1e-5), true, 14);
        try (Predictor predictor = engine.load(model)) {
            CallScope scope = CallScope.withMemory(Text.MEMORY);
            Text text = Text.random(new PlainPredictor(model), 1300, 14);
            try (PredictionStream stream = predictor.open(1300, scope)) {
                text.prefill("one pass", predictor, stream, scope);
                stream.reset();
                text.prefill("pieces", predictor, stream, scope, 1, 510, 1, 1, 1, 600, 1);
            }
            // Steps on both sides of each border, at once.
            List<PredictionStream> streams = new ArrayList<>();
            List<Passage> passages = new ArrayList<>();
            for (int start : new int[] {510, 1022, 3, 1290}) {
                PredictionStream stream = predictor.open(1300, scope);
                streams.add(stream);
                passages.add(new Passage(stream, Arrays.copyOf(text.symbols(), start), start));
            }
            predictor.prefill(passages, NOBODY, scope);
            for (int i = 0; i < 6; i++) {
                step(predictor, text, streams, scope);
            }
        }
    }

    @Test
    void twoThreadsGiveTheSameFrequenciesAsOne() {
        ExactModel model = TinyModels.exact(new ModelShape(128, 1, 8, 2, 32, 1100, 60, 1e-5), true, 15);
        Text text = Text.random(new PlainPredictor(model), 60, 15);
        for (int threads : new int[] {2, 1}) {
            PyTorchEngine threaded = new PyTorchEngine(PyTorchOptions.cpu(threads));
            assertThat(threaded.description()).contains(threads + " thread");
            try (Predictor predictor = threaded.load(model)) {
                CallScope scope = CallScope.withMemory(Text.MEMORY);
                try (PredictionStream stream = predictor.open(60, scope)) {
                    text.prefill(threads + " threads", predictor, stream, scope, 55, 3);
                }
            }
        }
    }

    @Test
    void storiesGiveTheReferencesFrequencies() throws IOException {
        checkShared("models/stories260K", 400);
    }

    @Test
    void baseGivesTheReferencesFrequencies() throws IOException {
        checkShared("models/base", 200);
    }

    @Test
    @Tag("slow")
    void smollm2GivesTheReferencesFrequencies() throws IOException {
        checkShared("models/smollm2-135m/SmolLM2-135M-Instruct.Q4_1.gguf", 24);
    }

    @Test
    void callersOfSeveralThreadsAreServedOneAfterAnother() throws InterruptedException {
        ExactModel model = TinyModels.small();
        Text text = Text.random(new PlainPredictor(model), 40, 16);
        AtomicReference<Throwable> failure = new AtomicReference<>();
        try (Predictor predictor = engine.load(model)) {
            CallScope scope = CallScope.withMemory(Text.MEMORY);
            List<Thread> callers = new ArrayList<>();
            for (int caller = 0; caller < 4; caller++) {
                Thread thread = new Thread(() -> {
                    for (int round = 0; round < 5; round++) {
                        try (PredictionStream stream = predictor.open(40, scope)) {
                            text.prefill("caller", predictor, stream, scope, 7, 1, 1, 20);
                        }
                    }
                });
                thread.setUncaughtExceptionHandler((who, why) -> failure.set(why));
                callers.add(thread);
                thread.start();
            }
            for (Thread caller : callers) {
                caller.join();
            }
        }
        assertThat(failure.get()).isNull();
    }

    @Test
    void rowsComeOnTheCallersThread() {
        try (Predictor predictor = engine.load(TinyModels.small())) {
            CallScope scope = CallScope.withMemory(Text.MEMORY);
            PredictionStream stream = predictor.open(4, scope);
            Thread[] seen = new Thread[1];
            int[] start = {predictor.model().startSymbol()};
            predictor.step(List.of(stream), start, (item, index, row) -> seen[0] = Thread.currentThread(), scope);
            assertThat(seen[0]).isSameAs(Thread.currentThread());
        }
    }

    @Test
    void aSlotIsUsedAgainAfterItsStreamCloses() {
        ExactModel model = TinyModels.small();
        Text text = Text.random(new PlainPredictor(model), 30, 17);
        try (PyTorchPredictor predictor = (PyTorchPredictor) engine.load(model)) {
            CallScope scope = CallScope.withMemory(Text.MEMORY);
            PredictionStream first = predictor.open(30, scope);
            PredictionStream second = predictor.open(30, scope);
            text.prefill("first", predictor, first, scope);
            assertThat(predictor.allocatedSlots()).isEqualTo(2);
            first.close();
            PredictionStream third = predictor.open(30, scope);
            text.prefill("in the place of the first", predictor, third, scope, 12);
            assertThat(predictor.allocatedSlots()).isEqualTo(2);
            text.prefill("second, never used before", predictor, second, scope, 1);
            second.close();
            third.close();
            assertThat(predictor.allocatedSlots()).isZero();
            assertThat(scope.memory().usedBytes()).isZero();
        }
    }

    @Test
    void memoryIsTakenFromTheBudgetBeforeItIsAllocated() {
        try (Predictor predictor = engine.load(TinyModels.small())) {
            // 2 layers, keys and values, 2 heads, 64 positions of 8 integers and a scale, 4 bytes each.
            assertThat(predictor.streamBytes(64)).isEqualTo(2 * 2 * 2 * 64 * 9 * 4);
            MemoryBudget budget = new MemoryBudget(2 * predictor.streamBytes(64));
            CallScope scope = new CallScope(new Cancellation(), budget);
            PredictionStream first = predictor.open(64, scope);
            PredictionStream second = predictor.open(64, scope);
            assertThatThrownBy(() -> predictor.open(1, scope)).isInstanceOf(LimitExceededException.class);
            first.close();
            first.close();
            second.close();
            assertThat(budget.usedBytes()).isZero();
        }
    }

    @Test
    void aCancelledCallStopsAndItsStreamCanBeReset() {
        ExactModel model = TinyModels.exact(new ModelShape(32, 2, 4, 2, 8, 43, 600, 1e-5), true, 18);
        Text text = Text.random(new PlainPredictor(model), 600, 18);
        try (Predictor predictor = engine.load(model)) {
            CallScope calm = CallScope.withMemory(Text.MEMORY);
            PredictionStream stream = predictor.open(600, calm);
            Cancellation cancellation = new Cancellation();
            CallScope scope = new CallScope(cancellation, calm.memory());
            int[] rows = {0};
            assertThatThrownBy(() -> predictor.prefill(
                            List.of(new Passage(stream, text.symbols(), 0)),
                            (item, index, row) -> {
                                if (++rows[0] == 70) {
                                    cancellation.cancel("enough");
                                }
                            },
                            scope))
                    .isInstanceOf(CancelledException.class);
            assertThat(rows[0]).isBetween(70, 96);
            assertThatThrownBy(() -> predictor.step(List.of(stream), new int[] {1}, NOBODY, scope))
                    .isInstanceOf(CancelledException.class);
            stream.reset();
            text.prefill("after the reset", predictor, stream, calm);
        }
    }

    @Test
    void whatIsNotAStreamOrSymbolOfThisPredictorIsRefused() {
        try (Predictor predictor = engine.load(TinyModels.small());
                Predictor other = engine.load(TinyModels.small())) {
            CallScope scope = CallScope.withMemory(Text.MEMORY);
            PredictionStream stream = predictor.open(2, scope);
            int start = predictor.model().startSymbol();
            int[] two = {start, start};
            checkRefused(() -> other.step(List.of(stream), new int[] {start}, NOBODY, scope));
            checkRefused(() -> predictor.step(List.of(stream), new int[] {start + 1}, NOBODY, scope));
            checkRefused(() -> predictor.step(List.of(stream), new int[] {-1}, NOBODY, scope));
            checkRefused(() -> predictor.step(List.of(stream), two, NOBODY, scope));
            checkRefused(() -> predictor.step(List.of(stream, stream), two, NOBODY, scope));
            checkRefused(() -> predictor.open(65, scope));
            predictor.prefill(List.of(new Passage(stream, two, 2)), NOBODY, scope);
            checkRefused(() -> predictor.step(List.of(stream), new int[] {start}, NOBODY, scope));
            stream.close();
            checkRefused(() -> predictor.step(List.of(stream), new int[] {start}, NOBODY, scope));
            assertThat(scope.memory().usedBytes()).isZero();
        }
    }

    @Test
    void thousandsOfStepsLeaveNothingBehind() throws IOException {
        ExactModel model = TinyModels.small();
        try (PyTorchPredictor predictor = (PyTorchPredictor) engine.load(model)) {
            CallScope scope = CallScope.withMemory(Text.MEMORY);
            List<PredictionStream> streams = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                streams.add(predictor.open(64, scope));
            }
            int[] symbols = new int[streams.size()];
            steps(predictor, streams, symbols, scope, 500);
            int tensors = predictor.lastingTensors();
            Runtime heap = Runtime.getRuntime();
            long usedHeap = (heap.totalMemory() - heap.freeMemory()) >> 10;
            long before = residentKilobytes();
            steps(predictor, streams, symbols, scope, 3000);
            assertThat(predictor.lastingTensors()).isEqualTo(tensors);
            // A single leaked tensor of a step would be some 3000 objects. The Java heap may touch what it had not
            // used.
            long heapGrowth = (heap.totalMemory() >> 10) - usedHeap;
            assertThat(residentKilobytes() - before - heapGrowth).isLessThan(100_000);
            streams.forEach(PredictionStream::close);
        }
    }

    @Test
    void anEngineThatDriftsIsRefused() {
        PyTorchEngine drifting = new PyTorchEngine(PyTorchOptions.cpu(1), DriftingPredictor::new);
        assertThatThrownBy(() -> drifting.load(TinyModels.small()))
                .isInstanceOf(EngineMismatchException.class)
                .hasMessageContaining("pytorch");
    }

    @Test
    void aCacheFolderThatCannotBeMadeIsNamedInTheError(@TempDir Path folder) throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> PyTorchRuntime.checkedCacheFolder(file.resolve("pytorch")))
                .isInstanceOf(PyTorchUnavailableException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("DJL_CACHE_DIR");
    }

    @Test
    void anAbsentCudaDeviceIsRefusedByName() {
        if (PyTorchRuntime.get().hasCuda()) {
            return;
        }
        assertThatThrownBy(() -> new PyTorchEngine(new PyTorchOptions(PyTorchOptions.DeviceChoice.CUDA, 1)))
                .isInstanceOf(PyTorchUnavailableException.class)
                .hasMessageContaining("CUDA");
        assertThat(new PyTorchEngine(PyTorchOptions.automatic()).description()).contains("CPU");
    }

    private static void checkRefused(Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(IllegalArgumentException.class);
    }

    /** A whole text in one pass, in pieces, and by steps of mixed positions, subsets and orders. */
    private void checkModel(ExactModel model, int positions) {
        try (Predictor predictor = engine.load(model)) {
            checkReadings(predictor, Text.random(new PlainPredictor(model), positions, positions));
        }
    }

    private void checkShared(String folder, int positions) throws IOException {
        ExactModel model = imported(Shared.require(folder));
        byte[] prose = Files.readAllBytes(Shared.require("bench/canterbury/alice29.txt"));
        int[] symbols = new int[positions];
        symbols[0] = model.startSymbol();
        int[] spelled = model.tokenizer().encode(prose, 0, 6 * positions);
        System.arraycopy(spelled, 0, symbols, 1, positions - 1);
        Text text;
        try (Predictor reference = new ReferenceEngine(2).load(model)) {
            text = Text.of(reference, symbols);
        }
        try (Predictor predictor = engine.load(model)) {
            checkReadings(predictor, text);
        }
    }

    private static ExactModel imported(Path path) throws IOException {
        try (SourceModel source = ModelFiles.open(path)) {
            ExactContents contents = new ModelImporter(2, ImportProgress.NONE, new Cancellation()).run(source);
            return contents.toModel(
                    ExactModelWriter.fingerprint(contents), path.getFileName().toString());
        }
    }

    private void checkReadings(Predictor predictor, Text text) {
        CallScope scope = CallScope.withMemory(Text.MEMORY);
        int window = text.length();
        try (PredictionStream stream = predictor.open(window, scope)) {
            text.prefill("one pass", predictor, stream, scope);
            stream.reset();
            text.prefill("pieces", predictor, stream, scope, 1, 1, window / 3, 2);
        }
        Random random = new Random(window);
        List<PredictionStream> streams = new ArrayList<>();
        List<Passage> passages = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            // Two sizes of window, so that a step meets two pools.
            PredictionStream stream = predictor.open(i % 4 == 3 ? window - 1 : window, scope);
            int start = 1 + random.nextInt(window - 6);
            streams.add(stream);
            passages.add(new Passage(stream, Arrays.copyOf(text.symbols(), start), start - random.nextInt(2)));
        }
        int[] lastItem = {-1};
        predictor.prefill(
                passages,
                (item, index, row) -> {
                    assertThat(item).isGreaterThan(lastItem[0]);
                    lastItem[0] = item;
                    text.check("passages together", index, row);
                },
                scope);
        step(predictor, text, streams, scope);
        for (int round = 0; round < 4; round++) {
            List<PredictionStream> some = new ArrayList<>(streams);
            Collections.shuffle(some, random);
            step(predictor, text, some.subList(0, 1 + random.nextInt(some.size())), scope);
        }
        // Every other one: no two neighbours.
        List<PredictionStream> scattered = new ArrayList<>();
        for (int i = 0; i < streams.size(); i += 2) {
            streams.get(i).reset();
            scattered.add(streams.get(i));
        }
        step(predictor, text, scattered, scope);
        streams.forEach(PredictionStream::close);
        assertThat(scope.memory().usedBytes()).isZero();
    }

    private static void step(Predictor predictor, Text text, List<PredictionStream> streams, CallScope scope) {
        int[] positions = streams.stream().mapToInt(PredictionStream::position).toArray();
        int[] symbols = Arrays.stream(positions).map(at -> text.symbols()[at]).toArray();
        List<Integer> items = new ArrayList<>();
        predictor.step(
                streams,
                symbols,
                (item, index, row) -> {
                    items.add(item);
                    assertThat(index).isZero();
                    text.check("step of " + streams.size(), positions[item], row);
                },
                scope);
        assertThat(items).hasSize(streams.size()).isSorted();
        for (int i = 0; i < positions.length; i++) {
            assertThat(streams.get(i).position()).isEqualTo(positions[i] + 1);
        }
    }

    private static void steps(
            Predictor predictor, List<PredictionStream> streams, int[] symbols, CallScope scope, int count) {
        for (int i = 0; i < count; i++) {
            if (i % 60 == 0) {
                streams.forEach(PredictionStream::reset);
            }
            predictor.step(streams, symbols, NOBODY, scope);
        }
    }

    private static long residentKilobytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return 0;
        }
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }
}
