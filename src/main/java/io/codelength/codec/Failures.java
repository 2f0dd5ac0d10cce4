package io.codelength.codec;

/** What another thread threw, for the one that waited for it. */
final class Failures {
    private Failures() {}

    /**
     * The failure as it is, to be thrown; errors are thrown here.
     *
     * @return the exception, which wraps the failure only if that is checked
     */
    static RuntimeException unchecked(Throwable failure) {
        if (failure instanceof Error error) {
            throw error;
        }
        return failure instanceof RuntimeException unchecked
                ? unchecked
                : new IllegalStateException("work on a frame failed", failure);
    }
}
