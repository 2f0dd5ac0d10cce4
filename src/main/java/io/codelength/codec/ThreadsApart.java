package io.codelength.codec;

import io.codelength.predict.Predictor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** The same work on several threads at once, on each with a predictor of its own. */
final class ThreadsApart {
    private final Predictor predictor;
    private final int threads;
    private final Consumer<Predictor> work;
    private final Consumer<Throwable> onFailure;
    private Optional<Throwable> failure = Optional.empty();

    /**
     * @param predictor one with that many threads apart, or more
     * @param work is done by every thread, until it finds nothing left to do
     * @param onFailure is told when a thread's work has failed, so that the others may end
     */
    private ThreadsApart(Predictor predictor, int threads, Consumer<Predictor> work, Consumer<Throwable> onFailure) {
        this.predictor = predictor;
        this.threads = threads;
        this.work = work;
        this.onFailure = onFailure;
    }

    /**
     * Does the work on all threads, the calling one among them, and returns when it has ended on each. What the first to fail
     * threw is thrown again.
     */
    static void run(Predictor predictor, int threads, Consumer<Predictor> work, Consumer<Throwable> onFailure) {
        new ThreadsApart(predictor, threads, work, onFailure).run();
    }

    private void run() {
        List<Thread> others = new ArrayList<>(threads - 1);
        try {
            for (int number = 1; number < threads; number++) {
                Thread other = new Thread(this::workAlone, "codelength-apart-" + number);
                other.setDaemon(true);
                other.start();
                others.add(other);
            }
            workAlone();
        } catch (RuntimeException | Error e) {
            failed(e);
        } finally {
            await(others);
        }
        rethrow();
    }

    private void workAlone() {
        try (Predictor alone = predictor.alone()) {
            work.accept(alone);
        } catch (RuntimeException | Error e) {
            failed(e);
        }
    }

    private synchronized void failed(Throwable why) {
        if (failure.isEmpty()) {
            failure = Optional.of(why);
        }
        onFailure.accept(why);
    }

    /** Interrupted or not, it waits: they use what the caller gave. */
    private static void await(List<Thread> others) {
        boolean interrupted = false;
        for (Thread other : others) {
            while (other.isAlive()) {
                try {
                    other.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void rethrow() {
        if (failure.isPresent()) {
            throw Failures.unchecked(failure.get());
        }
    }
}
