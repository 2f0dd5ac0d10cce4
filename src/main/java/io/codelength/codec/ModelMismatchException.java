package io.codelength.codec;

/** The model that was asked for is missing, ambiguous, or not the one an archive was written with. Exit code 4. */
public final class ModelMismatchException extends RuntimeException {
    public ModelMismatchException(String message) {
        super(message);
    }

    public ModelMismatchException(String message, Throwable cause) {
        super(message, cause);
    }
}
