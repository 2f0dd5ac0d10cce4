package io.codelength.predict.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.limit.CallScope;
import io.codelength.limit.Cancellation;
import io.codelength.limit.CancelledException;
import io.codelength.limit.LimitExceededException;
import io.codelength.limit.MemoryBudget;
import io.codelength.model.ExactModel;
import io.codelength.model.TinyModels;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RowSink;
import io.codelength.predict.Step;
import io.codelength.predict.schedule.FoldingPredictor.Asked;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SchedulingPredictorTest {
    private final CallScope scope = CallScope.withMemory(1L << 40);
    private static final RowSink IGNORE = (item, index, row) -> {};

    private final SchedulingStatistics statistics = new SchedulingStatistics();

    private SchedulingPredictor over(Predictor engine, SchedulingLimits limits) {
        return new SchedulingPredictor(engine, limits, System::nanoTime, statistics);
    }

    private static SchedulingLimits limits(Random random) {
        return new SchedulingLimits(1 + random.nextInt(40), 1 + random.nextInt(100), 100);
    }

    @Test
    void everyCallerGetsItsOwnRowsHoweverCallsMeet() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            FoldingPredictor engine = new FoldingPredictor();
            SchedulingLimits limits = limits(random);
            try (SchedulingPredictor predictor = over(engine, limits)) {
                try (Callers callers = new Callers()) {
                    for (int i = 0; i < 8; i++) {
                        long callerSeed = seed * 100L + i;
                        callers.start(() -> RandomCaller.folding(predictor, callerSeed, scope, () -> {})
                                .run(30, FoldingPredictor.WINDOW));
                    }
                }
                assertThat(engine.passes)
                        .as("seed %d", seed)
                        .allSatisfy(pass -> assertThat(pass.symbols())
                                .isLessThanOrEqualTo(pass.isStep() ? limits.stepStreams() : limits.prefillTokens()));
            }
            assertThat(engine.closings).hasValue(1);
            assertThat(scope.memory().usedBytes()).isZero();
        }
        assertThat(statistics.waiting()).isZero();
    }

    @Test
    void theReferenceEngineAnswersManyCallersAsItAnswersOne() {
        for (ExactModel model : TinyModels.shapes().subList(0, 2)) {
            int window = model.shape().contextTokens();
            Map<List<Integer>, Object> known = new ConcurrentHashMap<>();
            try (ReferenceEngine one = new ReferenceEngine(1);
                    Predictor alone = one.load(model);
                    SchedulingPredictor predictor = over(one.load(model), new SchedulingLimits(11, 23, 100));
                    Callers callers = new Callers()) {
                for (int i = 0; i < 6; i++) {
                    long seed = i;
                    RandomCaller caller = new RandomCaller(
                            predictor, seed, scope, () -> {}, SchedulingPredictorTest::allOf, symbols -> {
                                List<Integer> key =
                                        Arrays.stream(symbols).boxed().toList();
                                return known.computeIfAbsent(key, absent -> alone(alone, symbols));
                            });
                    callers.start(() -> caller.run(8, window));
                }
            }
        }
    }

    private static Object allOf(FrequencyRow row) {
        List<Long> below = new ArrayList<>();
        for (int symbol = 0; symbol <= row.symbolCount(); symbol++) {
            below.add(row.below(symbol));
        }
        return below;
    }

    private Object alone(Predictor predictor, int[] symbols) {
        List<Object> last = new ArrayList<>();
        try (PredictionStream stream = predictor.open(symbols.length, scope)) {
            predictor.prefill(
                    List.of(new Passage(stream, symbols, symbols.length - 1)),
                    (item, index, row) -> last.add(allOf(row)),
                    scope);
        }
        return last.get(0);
    }

    @Test
    void aStormOfCancellationsHarmsNobodyElse() {
        int cancelled = 0;
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            MemoryBudget memory = new MemoryBudget(1L << 40);
            List<Cancellation> toCancel = new ArrayList<>();
            try (SchedulingPredictor predictor = over(new FoldingPredictor(), limits(random))) {
                Callers callers = new Callers();
                for (int i = 0; i < 10; i++) {
                    Cancellation cancellation = new Cancellation();
                    if (i % 2 == 0) {
                        toCancel.add(cancellation);
                    }
                    CallScope one = new CallScope(cancellation, memory);
                    long callerSeed = seed * 100L + i;
                    callers.start(() -> RandomCaller.folding(predictor, callerSeed, one, () -> {})
                            .run(40, FoldingPredictor.WINDOW));
                }
                for (Cancellation cancellation : toCancel) {
                    for (int spin = random.nextInt(2_000); spin > 0; spin--) {
                        Thread.onSpinWait();
                    }
                    cancellation.cancel("the storm");
                }
                List<Optional<Throwable>> failures = callers.failures();
                for (int i = 0; i < failures.size(); i++) {
                    if (i % 2 == 0 && failures.get(i).isPresent()) {
                        cancelled++;
                        assertThat(failures.get(i)).get().isInstanceOf(CancelledException.class);
                    } else {
                        assertThat(failures.get(i))
                                .as("seed %d, caller %d", seed, i)
                                .isEmpty();
                    }
                }
            }
            assertThat(memory.usedBytes()).isZero();
        }
        assertThat(cancelled).as("cancelled midway").isGreaterThan(30);
        assertThat(statistics.waiting()).isZero();
    }

    @Test
    void aSinkThatFailsEndsItsOwnCallOnly() {
        int failed = 0;
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            try (SchedulingPredictor predictor = over(new FoldingPredictor(), limits(random))) {
                Callers callers = new Callers();
                for (int i = 0; i < 8; i++) {
                    AtomicInteger rowsLeft = new AtomicInteger(i % 2 == 0 ? random.nextInt(500) : Integer.MAX_VALUE);
                    long callerSeed = seed * 100L + i;
                    callers.start(() -> RandomCaller.folding(predictor, callerSeed, scope, () -> {
                                if (rowsLeft.getAndDecrement() == 0) {
                                    throw new StackOverflowError("no more");
                                }
                                assertThat(rowsLeft.get())
                                        .as("rows after a failure")
                                        .isNotNegative();
                            })
                            .run(30, FoldingPredictor.WINDOW));
                }
                List<Optional<Throwable>> failures = callers.failures();
                for (int i = 0; i < failures.size(); i++) {
                    if (i % 2 == 0 && failures.get(i).isPresent()) {
                        failed++;
                        assertThat(failures.get(i)).get().isInstanceOf(StackOverflowError.class);
                    } else {
                        assertThat(failures.get(i))
                                .as("seed %d, caller %d", seed, i)
                                .isEmpty();
                    }
                }
            }
        }
        assertThat(failed).isGreaterThan(60);
    }

    @Test
    void closingEndsThoseWhoWaitAndClosesTheEngineOnce() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            FoldingPredictor engine = new FoldingPredictor();
            SchedulingPredictor predictor = over(engine, limits(random));
            Callers callers = new Callers();
            AtomicInteger rows = new AtomicInteger();
            for (int i = 0; i < 8; i++) {
                long callerSeed = seed * 100L + i;
                callers.start(() -> RandomCaller.folding(predictor, callerSeed, scope, rows::incrementAndGet)
                        .run(Integer.MAX_VALUE, FoldingPredictor.WINDOW));
            }
            int closeAfter = random.nextInt(2_000);
            Callers.await(() -> rows.get() >= closeAfter);
            callers.start(predictor::close);
            callers.start(predictor::close);
            List<Optional<Throwable>> failures = callers.failures();
            assertThat(failures.subList(0, 8))
                    .allSatisfy(failure -> assertThat(failure)
                            .get()
                            .isInstanceOf(IllegalStateException.class)
                            .asString()
                            .contains("was closed"));
            assertThat(failures.subList(8, 10)).containsOnly(Optional.empty());
            assertThat(engine.closings).hasValue(1);
            assertThat(scope.memory().usedBytes()).isZero();
            assertThat(statistics.waiting()).isZero();
        }
    }

    /** Reads one symbol into each of the streams, so many times in a row. */
    private void step(Predictor predictor, List<PredictionStream> streams, int times, RowSink sink) {
        int[] left = {times};
        predictor.steps(
                () -> left[0]-- == 0 ? Optional.empty() : Optional.of(new Step(streams, new int[streams.size()])),
                sink,
                scope);
    }

    private List<PredictionStream> streams(Predictor predictor, int count) {
        List<PredictionStream> streams = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            streams.add(predictor.open(FoldingPredictor.WINDOW, scope));
        }
        return streams;
    }

    /** Holds up the first pass until a door opens, so that others queue behind it. */
    private static final class HeldUp {
        private final CountDownLatch door = new CountDownLatch(1);
        private final FoldingPredictor engine = new FoldingPredictor(asked -> {
            try {
                door.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void whoWaitsSharesTheNextPassAndGoesOnSharing() {
        HeldUp heldUp = new HeldUp();
        try (SchedulingPredictor predictor = over(heldUp.engine, SchedulingLimits.DEFAULT);
                Callers callers = new Callers()) {
            callers.start(() -> step(predictor, streams(predictor, 1), 1, IGNORE));
            Callers.await(() -> !heldUp.engine.passes.isEmpty());
            for (int i = 0; i < 9; i++) {
                callers.start(() -> step(predictor, streams(predictor, 2), 20, IGNORE));
            }
            Callers.await(() -> statistics.waiting() == 10);
            heldUp.door.countDown();
            callers.failures();
            assertThat(heldUp.engine.passes.get(0)).isEqualTo(new Asked(true, 1, 1));
            assertThat(heldUp.engine.passes.subList(1, heldUp.engine.passes.size()))
                    .hasSize(20)
                    .containsOnly(new Asked(true, 18, 18));
            assertThat(statistics.steps().count()).isEqualTo(21);
            assertThat(statistics.steps().tokens()).isEqualTo(361);
            assertThat(statistics.steps().callers()).isEqualTo(181);
            assertThat(statistics.steps().largest()).isEqualTo(18);
            assertThat(statistics.calls()).isEqualTo(10);
            assertThat(statistics.queueNanos()).isPositive();
        }
    }

    @Test
    void noStepWaitsForMoreThanAPieceOfAPassage() {
        HeldUp heldUp = new HeldUp();
        try (SchedulingPredictor predictor = over(heldUp.engine, new SchedulingLimits(8, 10, 100));
                Callers callers = new Callers()) {
            callers.start(() -> step(predictor, streams(predictor, 1), 1, IGNORE));
            Callers.await(() -> !heldUp.engine.passes.isEmpty());
            callers.start(() -> {
                List<Passage> passages = new ArrayList<>();
                for (PredictionStream stream : streams(predictor, 6)) {
                    passages.add(new Passage(stream, new int[FoldingPredictor.WINDOW], 0));
                }
                predictor.prefill(passages, IGNORE, scope);
            });
            callers.start(() -> step(predictor, streams(predictor, 1), 30, IGNORE));
            Callers.await(() -> statistics.waiting() == 3);
            heldUp.door.countDown();
            callers.failures();
            List<Asked> passes = heldUp.engine.passes;
            List<Integer> steps = new ArrayList<>();
            for (int i = 0; i < passes.size(); i++) {
                if (passes.get(i).isStep()) {
                    steps.add(i);
                } else {
                    assertThat(passes.get(i).symbols()).isLessThanOrEqualTo(10);
                }
            }
            for (int i = 1; i < steps.size(); i++) {
                assertThat(steps.get(i) - steps.get(i - 1)).isLessThanOrEqualTo(2);
            }
            assertThat(passes.stream().filter(pass -> !pass.isStep())).hasSize(39); // 384 symbols in tens
        }
    }

    @Test
    void shortPassagesOvertakeALongOne() {
        HeldUp heldUp = new HeldUp();
        List<String> ends = java.util.Collections.synchronizedList(new ArrayList<>());
        try (SchedulingPredictor predictor = over(heldUp.engine, new SchedulingLimits(8, 8, 100));
                Callers callers = new Callers()) {
            callers.start(() -> step(predictor, streams(predictor, 1), 1, IGNORE));
            Callers.await(() -> !heldUp.engine.passes.isEmpty());
            callers.start(() -> read(predictor, 64, () -> ends.add("long")));
            Callers.await(() -> statistics.waiting() == 2);
            for (int i = 0; i < 3; i++) {
                callers.start(() -> read(predictor, 16, () -> ends.add("short")));
            }
            Callers.await(() -> statistics.waiting() == 5);
            heldUp.door.countDown();
            callers.failures();
        }
        assertThat(ends).containsExactly("short", "short", "short", "long");
    }

    /** Reads a passage and says so at its last row. */
    private void read(Predictor predictor, int length, Runnable atEnd) {
        try (PredictionStream stream = predictor.open(length, scope)) {
            predictor.prefill(
                    List.of(new Passage(stream, new int[length], length - 1)),
                    (item, index, row) -> atEnd.run(),
                    scope);
        }
    }

    @Test
    void whereNotAllHaveRoomEachHasItsTurn() {
        HeldUp heldUp = new HeldUp();
        int[] served = new int[11];
        AtomicInteger furthest = new AtomicInteger();
        try (SchedulingPredictor predictor = over(heldUp.engine, new SchedulingLimits(4, 10, 100));
                Callers callers = new Callers()) {
            callers.start(() -> step(predictor, streams(predictor, 1), 1, IGNORE));
            Callers.await(() -> !heldUp.engine.passes.isEmpty());
            for (int i = 0; i < 11; i++) {
                int caller = i;
                int width = i == 0 ? 9 : 1; // one that wants more than there is room for
                callers.start(() -> step(predictor, streams(predictor, width), 12, (item, index, row) -> {
                    if (item == width - 1) {
                        served[caller]++;
                    }
                    int[] others = Arrays.copyOfRange(served, 1, served.length);
                    int ahead = Arrays.stream(others).max().orElseThrow()
                            - Arrays.stream(others).min().orElseThrow();
                    furthest.accumulateAndGet(ahead, Math::max);
                }));
            }
            Callers.await(() -> statistics.waiting() == 12);
            heldUp.door.countDown();
            callers.failures();
        }
        assertThat(served).containsOnly(12);
        assertThat(furthest).hasValueLessThanOrEqualTo(2);
    }

    @Test
    void aLoneCallerComputesOnItsOwnThread() {
        List<Thread> threads = new ArrayList<>();
        FoldingPredictor engine = new FoldingPredictor(asked -> threads.add(Thread.currentThread()));
        try (SchedulingPredictor predictor = over(engine, SchedulingLimits.DEFAULT)) {
            step(predictor, streams(predictor, 3), 5, IGNORE);
            read(predictor, 20, () -> {});
        }
        assertThat(threads).hasSize(6).containsOnly(Thread.currentThread());
    }

    @Test
    void moreCallsThanMayWaitAreRefused() {
        HeldUp heldUp = new HeldUp();
        try (SchedulingPredictor predictor = over(heldUp.engine, new SchedulingLimits(4, 10, 2));
                Callers callers = new Callers()) {
            callers.start(() -> step(predictor, streams(predictor, 1), 1, IGNORE));
            callers.start(() -> read(predictor, 4, () -> {}));
            Callers.await(() -> statistics.waiting() == 2);
            List<PredictionStream> refused = streams(predictor, 1);
            assertThatThrownBy(() -> step(predictor, refused, 1, IGNORE)).isInstanceOf(LimitExceededException.class);
            heldUp.door.countDown();
            callers.failures();
            step(predictor, refused, 1, IGNORE); // and are welcome when there is room again
        }
    }

    @Test
    void whatIsWrongWithACallIsItsOwnAffair() {
        HeldUp heldUp = new HeldUp();
        try (SchedulingPredictor predictor = over(heldUp.engine, SchedulingLimits.DEFAULT);
                SchedulingPredictor other = over(new FoldingPredictor(), SchedulingLimits.DEFAULT)) {
            Callers callers = new Callers();
            Callers.Caller first = callers.start(() -> step(predictor, streams(predictor, 1), 3, IGNORE));
            Callers.await(() -> !heldUp.engine.passes.isEmpty());
            PredictionStream open = streams(predictor, 1).get(0);
            PredictionStream closed = streams(predictor, 1).get(0);
            closed.close();
            PredictionStream full = predictor.open(1, scope);
            assertRefused(predictor, List.of(open, open), new int[2], "twice");
            assertRefused(predictor, List.of(open, closed), new int[2], "closed");
            assertRefused(predictor, streams(other, 1), new int[1], "another predictor");
            assertRefused(predictor, List.of(open), new int[] {1 << 20}, "start symbol");
            assertRefused(predictor, List.of(open), new int[] {-1}, "start symbol");
            int[] left = {2};
            Callers.Caller tooFar = callers.start(() -> predictor.steps(
                    () -> left[0]-- == 0 ? Optional.empty() : Optional.of(new Step(List.of(full), new int[1])),
                    IGNORE,
                    scope));
            Callers.await(() -> statistics.waiting() == 2);
            assertThatThrownBy(full::close).isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(full::reset).isInstanceOf(IllegalStateException.class);
            heldUp.door.countDown();
            assertThat(tooFar.failure()).get().asString().contains("1 more positions at position 1");
            full.close();
            step(predictor, List.of(open), 1, IGNORE); // what was refused left nothing behind
            assertThat(first.failure()).isEmpty();
        }
    }

    private void assertRefused(Predictor predictor, List<PredictionStream> streams, int[] symbols, String why) {
        assertThatThrownBy(() -> predictor.step(streams, symbols, IGNORE, scope))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aSinkThatCallsThePredictorIsRefused() {
        try (SchedulingPredictor predictor = over(new FoldingPredictor(), SchedulingLimits.DEFAULT)) {
            List<PredictionStream> streams = streams(predictor, 2);
            assertThatThrownBy(() -> step(
                            predictor,
                            streams.subList(0, 1),
                            1,
                            (item, index, row) -> step(predictor, streams.subList(1, 2), 1, IGNORE)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("sink");
            Runnable close = predictor::close;
            RowSink closing = (item, index, row) -> close.run();
            assertThatThrownBy(() -> step(predictor, streams, 1, closing)).isInstanceOf(IllegalStateException.class);
            step(predictor, streams, 1, IGNORE);
        }
    }

    @Test
    void whatTheEngineThrowsReachesThoseWhoShareThePassAndNobodyLater() {
        CountDownLatch door = new CountDownLatch(1);
        AtomicInteger passes = new AtomicInteger();
        FoldingPredictor engine = new FoldingPredictor(asked -> {
            try {
                door.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            if (passes.incrementAndGet() == 2) {
                throw new OutOfMemoryError("of the engine");
            }
        });
        try (SchedulingPredictor predictor = over(engine, SchedulingLimits.DEFAULT)) {
            Callers callers = new Callers();
            callers.start(() -> step(predictor, streams(predictor, 1), 1, IGNORE));
            Callers.await(() -> !engine.passes.isEmpty());
            callers.start(() -> step(predictor, streams(predictor, 1), 2, IGNORE));
            callers.start(() -> step(predictor, streams(predictor, 1), 2, IGNORE));
            callers.start(() -> read(predictor, 5, () -> {}));
            Callers.await(() -> statistics.waiting() == 4);
            door.countDown();
            List<Optional<Throwable>> failures = callers.failures();
            assertThat(failures.get(0)).isEmpty();
            // The first pass after the door opened: steps or the passage, as the queues stood.
            assertThat(failures.subList(1, 4))
                    .anySatisfy(failure -> assertThat(failure).get().isInstanceOf(OutOfMemoryError.class));
            step(predictor, streams(predictor, 1), 1, IGNORE);
        }
        assertThat(statistics.waiting()).isZero();
    }

    @Test
    void nothingRunsWhenNobodyCalls() {
        int before = Thread.activeCount();
        try (SchedulingPredictor predictor = over(new FoldingPredictor(), SchedulingLimits.DEFAULT)) {
            step(predictor, streams(predictor, 3), 5, IGNORE);
            assertThat(Thread.activeCount()).isEqualTo(before);
        }
    }
}
