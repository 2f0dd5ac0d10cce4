package io.codelength.web;

import java.time.Duration;

/**
 * What one service takes on.
 *
 * @param bodyBytes the most bytes of a request's body
 * @param outputBytes the most bytes that a decompression may give
 * @param inFlight how many requests compute at once
 * @param queued how many more may wait for their turn
 * @param queueWait how long they wait at most
 * @param memoryBytes memory for predictions of all requests together; each gets an equal part
 */
public record ServiceLimits(
        long bodyBytes, long outputBytes, int inFlight, int queued, Duration queueWait, long memoryBytes) {
    /** Good for one machine and a few people: 4 GiB bodies, four at once, half the heap for predictions. */
    public static ServiceLimits defaults() {
        return new ServiceLimits(
                4L << 30,
                4L << 30,
                4,
                16,
                Duration.ofSeconds(30),
                Runtime.getRuntime().maxMemory() / 2);
    }

    public ServiceLimits {
        if (bodyBytes < 0 || outputBytes < 0 || memoryBytes < 0) {
            throw new IllegalArgumentException("limits of %d body bytes, %d output bytes, %d bytes of memory"
                    .formatted(bodyBytes, outputBytes, memoryBytes));
        }
        if (inFlight < 1 || queued < 0 || queueWait.isNegative()) {
            throw new IllegalArgumentException(
                    "limits of %d in flight, %d queued for %s".formatted(inFlight, queued, queueWait));
        }
    }
}
