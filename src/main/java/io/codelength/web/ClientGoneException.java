package io.codelength.web;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Nobody waits for the answer any more. */
final class ClientGoneException extends IOException {
    ClientGoneException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
