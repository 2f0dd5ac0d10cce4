package io.codelength.engine.cpu;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/**
 * Hands rows of a call over on as many threads as the model computes with: what sinks do with a row, mixing above all, may
 * take as long as the row took to compute, and the kernels' own threads rest meanwhile.
 */
final class Handover implements AutoCloseable {
    private final int parts;
    private final ExecutorService helpers;

    Handover(int threads) {
        this.parts = threads;
        this.helpers = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "codelength-handover");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Does every part once, the first on the calling thread, and returns when all are done.
     *
     * @param work takes the number of a part, 0 to {@link #parts} − 1
     */
    void run(IntConsumer work) {
        List<Future<?>> others = new ArrayList<>(parts - 1);
        for (int part = 1; part < parts; part++) {
            int number = part;
            others.add(helpers.submit(() -> work.accept(number)));
        }
        try {
            work.accept(0);
        } finally {
            await(others);
        }
    }

    /** Interrupted or not, it waits: the rows are used again by the next call. */
    private static void await(List<Future<?>> others) {
        boolean interrupted = false;
        for (Future<?> other : others) {
            while (true) {
                try {
                    other.get();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("a sink that callers share failed for all of them", e.getCause());
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    int parts() {
        return parts;
    }

    @Override
    public void close() {
        helpers.shutdown();
    }
}
