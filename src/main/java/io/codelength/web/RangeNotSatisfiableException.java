package io.codelength.web;

/** A range lies outside the object. */
final class RangeNotSatisfiableException extends RuntimeException {
    private final long length;

    RangeNotSatisfiableException(String range, long length) {
        super("The range '%s' lies outside the %d bytes of the object.".formatted(range, length));
        this.length = length;
    }

    long length() {
        return length;
    }
}
