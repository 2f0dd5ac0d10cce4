package io.codelength.limit;

/** The work was stopped because its caller asked for it; nothing half-written may be left by whoever catches it. */
public final class CancelledException extends RuntimeException {
    public CancelledException(String why) {
        super(why);
    }
}
