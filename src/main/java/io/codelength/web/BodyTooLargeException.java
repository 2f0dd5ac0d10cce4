package io.codelength.web;

/** A request's body is, or would be, longer than the limit. */
final class BodyTooLargeException extends RuntimeException {
    private final long limitBytes;

    BodyTooLargeException(long limitBytes) {
        super("The body is longer than the %d bytes that this service accepts.".formatted(limitBytes));
        this.limitBytes = limitBytes;
    }

    long limitBytes() {
        return limitBytes;
    }
}
