package io.codelength.container;

/** An archive is sound but of a version, profile or method that this program does not read. Exit code 3. */
public final class UnsupportedFormatException extends RuntimeException {
    public UnsupportedFormatException(String message) {
        super(message);
    }
}
