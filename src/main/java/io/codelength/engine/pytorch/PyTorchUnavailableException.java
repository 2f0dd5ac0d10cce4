package io.codelength.engine.pytorch;

/** PyTorch could not be loaded here: which step failed and what to do about it. Another engine gives the same bits. */
public final class PyTorchUnavailableException extends RuntimeException {
    public PyTorchUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }

    public PyTorchUnavailableException(String message) {
        super(message);
    }
}
