package io.codelength.predict.schedule;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAccumulator;
import java.util.concurrent.atomic.LongAdder;

/**
 * What predictors did since they were made, counted up: one object may serve several. Thread-safe; the figures of one
 * moment need not fit each other exactly.
 */
public final class SchedulingStatistics {
    private final Passes steps = new Passes();
    private final Passes prefills = new Passes();
    private final LongAdder calls = new LongAdder();
    private final LongAdder queueNanos = new LongAdder();
    private final AtomicInteger waiting = new AtomicInteger();

    /** Passes of one kind. */
    public static final class Passes {
        private final LongAdder count = new LongAdder();
        private final LongAdder tokens = new LongAdder();
        private final LongAdder callers = new LongAdder();
        private final LongAdder nanos = new LongAdder();
        private final LongAccumulator largest = new LongAccumulator(Math::max, 0);

        void add(long passTokens, int passCallers, long passNanos) {
            count.increment();
            tokens.add(passTokens);
            callers.add(passCallers);
            nanos.add(passNanos);
            largest.accumulate(passTokens);
        }

        /** How many passes. */
        public long count() {
            return count.sum();
        }

        /** Symbols read in all of them; over {@link #count} it is the mean batch, over {@link #nanos} the speed. */
        public long tokens() {
            return tokens.sum();
        }

        /** Callers served, one that took part in several passes counted in each. */
        public long callers() {
            return callers.sum();
        }

        /** Time spent computing, nanoseconds. */
        public long nanos() {
            return nanos.sum();
        }

        /** Symbols of the largest pass. */
        public long largest() {
            return largest.get();
        }
    }

    /** Passes that read one symbol into each of many streams. */
    public Passes steps() {
        return steps;
    }

    /** Passes that read passages. */
    public Passes prefills() {
        return prefills;
    }

    /** Calls that computing began for; a sequence of steps is one call. */
    public long calls() {
        return calls.sum();
    }

    /** Time that those calls had waited before, nanoseconds in all. */
    public long queueNanos() {
        return queueNanos.sum();
    }

    /** Calls inside the predictors now, waiting or being served. */
    public int waiting() {
        return waiting.get();
    }

    void entered() {
        waiting.incrementAndGet();
    }

    void left() {
        waiting.decrementAndGet();
    }

    void began(long waitedNanos) {
        calls.increment();
        queueNanos.add(waitedNanos);
    }
}
