package io.codelength.limit;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A wish to stop that travels with a call. Long work asks {@link #throwIfCancelled()} at least once a step, so that Ctrl-C
 * or a closed connection ends it within a step. Thread-safe; once cancelled it stays so.
 */
public final class Cancellation {
    private final AtomicReference<@Nullable String> reason = new AtomicReference<>();

    /** Asks the work to stop; the first reason is kept. */
    public void cancel(String why) {
        reason.compareAndSet(null, why);
    }

    /** Whether somebody asked to stop. */
    public boolean isCancelled() {
        return reason.get() != null;
    }

    /** @throws CancelledException with the first reason given, if somebody asked to stop */
    public void throwIfCancelled() {
        String why = reason.get();
        if (why != null) {
            throw new CancelledException(why);
        }
    }
}
