package io.codelength.web;

import java.time.Duration;

/** As much work is in flight and waiting as the service takes on. */
final class ServiceBusyException extends RuntimeException {
    private final int inFlight;
    private final Duration retryAfter;

    ServiceBusyException(int inFlight, Duration retryAfter) {
        super("%d requests are being worked on and no place in the queue came free. Try again later."
                .formatted(inFlight));
        this.inFlight = inFlight;
        this.retryAfter = retryAfter;
    }

    int inFlight() {
        return inFlight;
    }

    Duration retryAfter() {
        return retryAfter;
    }
}
