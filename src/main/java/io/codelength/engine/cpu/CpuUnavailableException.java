package io.codelength.engine.cpu;

/** The native kernels cannot be used here; the message says why and what to do. */
public final class CpuUnavailableException extends RuntimeException {
    public CpuUnavailableException(String message) {
        super(message);
    }

    public CpuUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
