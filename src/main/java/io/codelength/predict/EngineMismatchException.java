package io.codelength.predict;

/** An engine did not reproduce the test vectors of numeric profile 1 on this machine and refuses to serve. */
public final class EngineMismatchException extends RuntimeException {
    public EngineMismatchException(String message) {
        super(message);
    }
}
