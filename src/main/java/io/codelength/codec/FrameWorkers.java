package io.codelength.codec;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;

/**
 * Work on frames that needs no model, beside the caller's own. The threads are shared by all: one a processor.
 *
 * @param count the most threads of work to use; with 1 the caller does it
 */
record FrameWorkers(int count) {
    private static final ExecutorService THREADS =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors(), task -> {
                Thread thread = new Thread(task, "frame-worker");
                thread.setDaemon(true);
                return thread;
            });

    FrameWorkers {
        if (count < 1) {
            throw new IllegalArgumentException("%d threads".formatted(count));
        }
    }

    <T> Work<T> submit(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        if (count == 1) {
            task.run();
        } else {
            THREADS.execute(task);
        }
        return new Work<>(task);
    }

    /** Work under way. */
    static final class Work<T> {
        private final FutureTask<T> task;

        private Work(FutureTask<T> task) {
            this.task = task;
        }

        /** Waits for the result, an interrupt notwithstanding; what the work threw is thrown again. */
        T get() {
            boolean interrupted = false;
            try {
                while (true) {
                    try {
                        return task.get();
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
            } catch (ExecutionException e) {
                throw Failures.unchecked(Objects.requireNonNullElse(e.getCause(), e));
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }

        /** Nobody needs the result: if the work has not begun, it never will. */
        void abandon() {
            task.cancel(false);
        }
    }
}
