package io.codelength.web;

import io.codelength.limit.MemoryBudget;
import java.time.Duration;

/**
 * What one service takes on.
 *
 * @param bodyBytes the most bytes of a request's body
 * @param outputBytes the most bytes that a decompression may give
 * @param inFlight how many requests compute at once; a long one takes the place of several
 * @param queued how many more may wait for their turn
 * @param queueWait how long they wait at most
 * @param memoryBytes memory for predictions of all requests together; half of it is divided equally among the places, the
 *     other half is for whoever needs more
 */
public record ServiceLimits(
        long bodyBytes, long outputBytes, int inFlight, int queued, Duration queueWait, long memoryBytes) {
    /** Bodies up to so many bytes are short: their frames take little memory, and sharing passes is what speeds them up. */
    static final long SHORT_BYTES = 64 << 10;

    /** Long requests that fill the service. */
    private static final int LONG_AT_ONCE = 4;

    /**
     * Good for one machine: bodies of 4 GiB, half the heap for predictions, and so many short requests at once that a step
     * of the native kernels, 64 rows, is full. Four long ones take as much.
     */
    public static ServiceLimits defaults() {
        return new ServiceLimits(
                4L << 30,
                4L << 30,
                64,
                128,
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

    /**
     * The places that a request takes of those {@link #inFlight}.
     *
     * @param bytes of its body, or of what it asks for; negative if unknown
     */
    int places(long bytes) {
        return bytes >= 0 && bytes <= SHORT_BYTES ? 1 : Math.max(1, inFlight / LONG_AT_ONCE);
    }

    /** The memory that all requests have in common. */
    MemoryBudget commonMemory() {
        return new MemoryBudget(memoryBytes / 2);
    }

    /** The memory that comes with one place. */
    long placeMemoryBytes() {
        return memoryBytes / 2 / inFlight;
    }
}
