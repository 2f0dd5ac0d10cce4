package io.codelength.codec;

import io.codelength.limit.CallScope;
import io.codelength.predict.Predictor;
import java.util.ArrayList;
import java.util.List;

/** Walks on several threads at once, each with a predictor of its own. */
final class WalksApart {
    private final Predictor predictor;
    private final Windows windows;
    private final int batchLanes;
    private final CallScope scope;

    /**
     * @param batchLanes lanes of all walks that step at the same time at most
     */
    WalksApart(Predictor predictor, Windows windows, int batchLanes, CallScope scope) {
        this.predictor = predictor;
        this.windows = windows;
        this.batchLanes = batchLanes;
        this.scope = scope;
    }

    /**
     * Walks all groups to their ends; the calling thread walks too.
     *
     * @param threads how many walks
     */
    void walk(LaneGroups groups, int threads) {
        List<Thread> others = new ArrayList<>(threads - 1);
        try {
            for (int number = 1; number < threads; number++) {
                Thread other = new Thread(() -> walkAlone(groups, threads), "codelength-walk-" + number);
                other.setDaemon(true);
                other.start();
                others.add(other);
            }
            walkAlone(groups, threads);
        } catch (RuntimeException | Error e) {
            groups.failed(e);
        } finally {
            await(others);
        }
        groups.failure().ifPresent(WalksApart::rethrow);
    }

    private void walkAlone(LaneGroups groups, int threads) {
        try (Predictor alone = predictor.alone()) {
            new LaneWalk(alone, windows, Math.max(1, batchLanes / threads), groups, scope).walk();
        } catch (RuntimeException | Error e) {
            groups.failed(e);
        }
    }

    /** Interrupted or not, it waits: they write into what the caller gave. */
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

    private static void rethrow(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        if (failure instanceof RuntimeException unchecked) {
            throw unchecked;
        }
        throw new IllegalStateException("a walk failed", failure);
    }
}
