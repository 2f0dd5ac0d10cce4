package io.codelength.engine.pytorch;

/** A published model cannot be computed in float32: some number on the way was infinite. */
public final class FloatRangeException extends RuntimeException {
    FloatRangeException(String message) {
        super(message);
    }
}
