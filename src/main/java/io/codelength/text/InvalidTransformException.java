package io.codelength.text;

/** Bytes that no text transform of ours can have written. The caller knows the place and adds it. */
public final class InvalidTransformException extends Exception {
    public InvalidTransformException(String message) {
        super(message);
    }
}
