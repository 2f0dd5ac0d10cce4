package io.codelength.predict.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Threads that call something at once, and how each ended. Times are guards against hanging, never part of a claim. */
final class Callers implements AutoCloseable {
    private static final long GUARD_MILLIS = 60_000;

    private final List<Caller> callers = new ArrayList<>();

    /** One thread with one thing to do. */
    static final class Caller {
        private final Thread thread;
        private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

        private Caller(Runnable work, String name) {
            thread = new Thread(
                    () -> {
                        try {
                            work.run();
                        } catch (Throwable e) {
                            failure.set(e);
                        }
                    },
                    name);
        }

        /** Waits for its end; empty if it ended well. */
        Optional<Throwable> failure() {
            try {
                thread.join(GUARD_MILLIS);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            assertThat(thread.isAlive())
                    .as("%s hangs at %s", thread.getName(), List.of(thread.getStackTrace()))
                    .isFalse();
            return Optional.ofNullable(failure.get());
        }
    }

    Caller start(Runnable work) {
        Caller caller = new Caller(work, "caller-" + callers.size());
        callers.add(caller);
        caller.thread.start();
        return caller;
    }

    List<Optional<Throwable>> failures() {
        return callers.stream().map(Caller::failure).toList();
    }

    /** Fails with the first failure of a caller. */
    @Override
    public void close() {
        for (Caller caller : callers) {
            caller.failure().ifPresent(failure -> {
                throw new AssertionError(caller.thread.getName() + " failed", failure);
            });
        }
    }

    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + GUARD_MILLIS * 1_000_000;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(end);
            java.util.concurrent.locks.LockSupport.parkNanos(100_000);
        }
    }
}
