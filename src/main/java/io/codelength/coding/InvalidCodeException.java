package io.codelength.coding;

/** A payload that no encoder wrote. Whoever knows which archive it came from says so around it. */
public final class InvalidCodeException extends RuntimeException {
    public InvalidCodeException(String message) {
        super(message);
    }
}
