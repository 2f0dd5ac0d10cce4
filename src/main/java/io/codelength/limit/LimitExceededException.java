package io.codelength.limit;

/** A request would pass a limit: which one, how much was asked for, how much is allowed. Exit code 5, HTTP 413 or 503. */
public final class LimitExceededException extends RuntimeException {
    private final String limit;
    private final long requested;
    private final long allowed;
    private final boolean ofTheMoment;

    /**
     * @param limit what is bounded, with its unit, as in "memory of predictions, bytes"
     * @param advice what the reader can do, a sentence
     */
    public LimitExceededException(String limit, long requested, long allowed, String advice) {
        this(limit, requested, allowed, advice, false);
    }

    /** The same, for a limit on what is held at once: what is refused now may be taken on later. */
    public static LimitExceededException ofTheMoment(String limit, long requested, long allowed, String advice) {
        return new LimitExceededException(limit, requested, allowed, advice, true);
    }

    private LimitExceededException(String limit, long requested, long allowed, String advice, boolean ofTheMoment) {
        super("%s: %d asked for, %d allowed. %s".formatted(limit, requested, allowed, advice));
        this.limit = limit;
        this.requested = requested;
        this.allowed = allowed;
        this.ofTheMoment = ofTheMoment;
    }

    public String limit() {
        return limit;
    }

    public long requested() {
        return requested;
    }

    public long allowed() {
        return allowed;
    }

    /** Whether the same request may succeed when others are done. */
    public boolean isOfTheMoment() {
        return ofTheMoment;
    }
}
