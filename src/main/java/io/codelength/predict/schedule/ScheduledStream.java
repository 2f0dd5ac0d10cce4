package io.codelength.predict.schedule;

import io.codelength.predict.PredictionStream;
import java.util.concurrent.atomic.AtomicBoolean;

/** An engine's stream, and whether a call has it in hand. */
final class ScheduledStream implements PredictionStream {
    private final SchedulingPredictor owner;
    private final PredictionStream stream;
    private final AtomicBoolean taken = new AtomicBoolean();
    private boolean closed;

    ScheduledStream(SchedulingPredictor owner, PredictionStream stream) {
        this.owner = owner;
        this.stream = stream;
    }

    /**
     * Takes a stream in hand for a call that will read so many symbols into it. What is wrong with it is found here, on its
     * own caller's behalf, and not in a pass that others share.
     *
     * @throws IllegalArgumentException saying what is wrong
     */
    static ScheduledStream take(SchedulingPredictor caller, PredictionStream stream, int count) {
        if (!(stream instanceof ScheduledStream ours) || ours.owner != caller) {
            throw new IllegalArgumentException("the stream was opened by another predictor");
        }
        if (!ours.taken.compareAndSet(false, true)) {
            throw new IllegalArgumentException("the same stream twice in one call, or in two calls at once");
        }
        try {
            if (ours.closed) {
                throw new IllegalArgumentException("the stream is closed");
            }
            if (count > ours.windowTokens() - ours.position()) {
                throw new IllegalArgumentException("%d more positions at position %d of a window of %d"
                        .formatted(count, ours.position(), ours.windowTokens()));
            }
        } catch (IllegalArgumentException e) {
            ours.giveBack();
            throw e;
        }
        return ours;
    }

    void giveBack() {
        taken.set(false);
    }

    PredictionStream ofEngine() {
        return stream;
    }

    @Override
    public int position() {
        return stream.position();
    }

    @Override
    public int windowTokens() {
        return stream.windowTokens();
    }

    @Override
    public void reset() {
        requireIdle("reset");
        stream.reset();
    }

    @Override
    public void close() {
        requireIdle("closed");
        closed = true;
        stream.close();
    }

    private void requireIdle(String what) {
        if (taken.get()) {
            throw new IllegalStateException("a stream is " + what + " while a call reads into it");
        }
    }
}
