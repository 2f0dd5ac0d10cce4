package io.codelength.engine.reference;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A few threads that share the items of one task after another. Which thread computes an item never matters to the result.
 * No allocation in {@link #run}; one caller at a time.
 */
final class Workers implements AutoCloseable {
    /** The work on one item. */
    interface Task {
        /**
         * @param item 0 to items − 1
         * @param worker which thread computes, 0 being the caller's, so that each has scratch memory of its own
         */
        void run(int item, int worker);
    }

    // A phase of a small model lasts tens of microseconds: waking a parked thread would cost as much.
    private static final int SPINS_BEFORE_PARKING = 4_000;

    // A helper that the machine has taken off its processor is waited for without burning one.
    private static final long WAIT_NANOS = 10_000;

    private static final int IDLE = Integer.MAX_VALUE;

    // High half: number of the task; low half: next item, or IDLE. Fields of a task are written only while idle, and an
    // item is taken by compare-and-set, so nobody can take an item of one task with the fields of another.
    private final AtomicLong state = new AtomicLong(IDLE);
    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final Helper[] helpers;
    private volatile Task task = (item, worker) -> {};
    private volatile int items;
    private volatile boolean closed;

    /** @param threads in all, the caller's included, at least 1 */
    Workers(int threads, String name) {
        if (threads < 1) {
            throw new IllegalArgumentException("%d threads".formatted(threads));
        }
        helpers = new Helper[threads - 1];
        for (int i = 0; i < helpers.length; i++) {
            helpers[i] = new Helper(i + 1, name + "-" + (i + 1));
            helpers[i].start();
        }
    }

    int threads() {
        return helpers.length + 1;
    }

    /** Computes all items, on the caller's thread too, and returns when the last is done. */
    void run(int count, Task work) {
        if (helpers.length == 0 || count < 2) {
            for (int item = 0; item < count; item++) {
                work.run(item, 0);
            }
            return;
        }
        task = work;
        items = count;
        finished.set(0);
        long number = (state.get() >>> 32) + 1;
        state.set(number << 32);
        for (Helper helper : helpers) {
            if (helper.parked) {
                LockSupport.unpark(helper);
            }
        }
        while (takeOne(0)) {
            // Until none is left.
        }
        for (int spins = 0; finished.get() < count; spins++) {
            if (spins < SPINS_BEFORE_PARKING) {
                Thread.onSpinWait();
            } else {
                LockSupport.parkNanos(WAIT_NANOS);
            }
        }
        state.set((number << 32) | IDLE);
        Throwable thrown = failure.getAndSet(null);
        if (thrown != null) {
            throw new IllegalStateException("a worker of the reference engine failed", thrown);
        }
    }

    /** Takes and computes one item; false if none was to be had. */
    private boolean takeOne(int worker) {
        while (true) {
            long seen = state.get();
            int item = (int) seen;
            Task work = task;
            if (item >= items) {
                return false;
            }
            if (state.compareAndSet(seen, seen + 1)) {
                try {
                    work.run(item, worker);
                } catch (RuntimeException | Error e) {
                    failure.compareAndSet(null, e);
                } finally {
                    finished.incrementAndGet();
                }
                return true;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        for (Helper helper : helpers) {
            LockSupport.unpark(helper);
        }
    }

    private final class Helper extends Thread {
        private final int worker;
        volatile boolean parked;

        Helper(int worker, String name) {
            super(name);
            this.worker = worker;
            setDaemon(true);
        }

        @Override
        public void run() {
            int spins = 0;
            while (!closed) {
                if (takeOne(worker)) {
                    spins = 0;
                } else if (spins < SPINS_BEFORE_PARKING) {
                    spins++;
                    Thread.onSpinWait();
                } else {
                    parked = true;
                    // Looked at again after the flag is up: a task that began meanwhile has either seen it or is seen
                    // here.
                    if ((int) state.get() == IDLE && !closed) {
                        LockSupport.park(this);
                    }
                    parked = false;
                    spins = 0;
                }
            }
        }
    }
}
