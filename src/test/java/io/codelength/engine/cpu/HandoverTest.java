package io.codelength.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RandomExactModels;
import io.codelength.predict.SharedSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class HandoverTest {
    private static final CallScope SCOPE = CallScope.withMemory(Long.MAX_VALUE);
    private static final int CALLERS = 5;
    private static final int ITEMS = 40;
    private static final int LENGTH = 3;

    @BeforeAll
    static void kernelsAreBuilt() {
        assumeTrue(NativeBuild.isHere(), "this build has no native kernels");
    }

    /** Items belong to callers in turn. */
    private static class OfCallers implements SharedSink {
        final List<List<Integer>> seen = new ArrayList<>();
        final Set<Thread> threads = ConcurrentHashMap.newKeySet();
        final int callers;

        OfCallers(int callers) {
            this.callers = callers;
            for (int caller = 0; caller < callers; caller++) {
                seen.add(new ArrayList<>());
            }
        }

        @Override
        public int caller(int item) {
            return item % callers;
        }

        @Override
        public void accept(int item, int index, FrequencyRow row) {
            threads.add(Thread.currentThread());
            seen.get(caller(item)).add(item * LENGTH + index);
        }
    }

    /** Every item has so many symbols; a call of the kernels takes an even number of rows. */
    private static void readWith(int threads, int length, SharedSink sink) {
        ExactModel model = RandomExactModels.tiny();
        int[] symbols = BatchLaws.symbols(model, length, 1);
        try (Predictor predictor = new CpuPredictor(model, CpuEngine.paths().get(0), threads)) {
            List<Passage> passages = new ArrayList<>();
            List<PredictionStream> streams = new ArrayList<>();
            for (int item = 0; item < ITEMS; item++) {
                streams.add(predictor.open(length, SCOPE));
                passages.add(new Passage(streams.get(item), symbols, 0));
            }
            predictor.prefill(passages, sink, SCOPE);
            streams.forEach(PredictionStream::close);
        }
    }

    @Test
    void rowsOfOneCallerComeInTheirOrderAndAllOfThem() {
        OfCallers sink = new OfCallers(CALLERS);
        readWith(2, LENGTH, sink);
        for (int caller = 0; caller < CALLERS; caller++) {
            int number = caller;
            List<Integer> expected = IntStream.range(0, ITEMS * LENGTH)
                    .filter(row -> row / LENGTH % CALLERS == number)
                    .boxed()
                    .toList();
            assertThat(sink.seen.get(caller)).isEqualTo(expected);
        }
    }

    @Test
    void rowsOfTwoCallersAreHandedOverAtTheSameTime() {
        CyclicBarrier both = new CyclicBarrier(2);
        OfCallers sink = new OfCallers(2) {
            @Override
            public void accept(int item, int index, FrequencyRow row) {
                super.accept(item, index, row);
                meet(both); // would wait in vain for a caller who comes after this one
            }
        };
        readWith(2, 1, sink);
        assertThat(sink.threads).hasSize(2);
    }

    private static void meet(CyclicBarrier both) {
        try {
            both.await(1, TimeUnit.MINUTES);
        } catch (InterruptedException | BrokenBarrierException | TimeoutException e) {
            throw new AssertionError("the other caller's row was not handed over meanwhile", e);
        }
    }

    @Test
    void aLoneCallersRowsAndThoseOfOneThreadStayOnTheCallingThread() {
        for (int threads = 1; threads <= 2; threads++) {
            OfCallers sink = new OfCallers(threads == 1 ? CALLERS : 1);
            readWith(threads, LENGTH, sink);
            assertThat(sink.threads).isEqualTo(Collections.singleton(Thread.currentThread()));
        }
    }

    @Test
    void everyPartIsDoneOnceBeforeItReturns() {
        int[] done = new int[4];
        try (Handover handover = new Handover(done.length)) {
            for (int round = 0; round < 100; round++) {
                handover.run(part -> done[part]++);
            }
        }
        assertThat(Arrays.stream(done).boxed().toList()).containsOnly(100);
    }
}
