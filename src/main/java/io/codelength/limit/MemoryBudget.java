package io.codelength.limit;

import java.util.function.Supplier;

/**
 * How many bytes a group of calls may hold at once, key-value caches above all. Thread-safe. A reservation is made before
 * the memory is allocated and given back by {@link Reservation#close()}.
 */
public final class MemoryBudget {
    private final long limitBytes;
    private long usedBytes;

    /** @param limitBytes the most that may be reserved at once, at least 0 */
    public MemoryBudget(long limitBytes) {
        if (limitBytes < 0) {
            throw new IllegalArgumentException("memory budget of %d bytes".formatted(limitBytes));
        }
        this.limitBytes = limitBytes;
    }

    /**
     * Takes bytes out of the budget.
     *
     * @param purpose what they are for, named in the error
     * @throws LimitExceededException if fewer are left
     */
    public synchronized Reservation reserve(long bytes, String purpose) {
        if (bytes < 0) {
            throw new IllegalArgumentException("reservation of %d bytes".formatted(bytes));
        }
        if (bytes > limitBytes - usedBytes) {
            throw new LimitExceededException(
                    "memory for " + purpose + ", bytes",
                    bytes,
                    limitBytes - usedBytes,
                    "Use fewer lanes at once or raise the memory budget.");
        }
        usedBytes += bytes;
        return new Reservation(bytes);
    }

    /**
     * Does work that takes memory while it goes on.
     *
     * @throws LimitExceededException if fewer bytes are left; nothing was done then
     */
    public <T> T holding(long bytes, String purpose, Supplier<T> work) {
        Reservation reservation = reserve(bytes, purpose);
        try {
            return work.get();
        } finally {
            reservation.close();
        }
    }

    public long limitBytes() {
        return limitBytes;
    }

    public synchronized long usedBytes() {
        return usedBytes;
    }

    /** Bytes taken from the budget until closed; closing twice does nothing. */
    public final class Reservation implements AutoCloseable {
        private long bytes;

        private Reservation(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public void close() {
            synchronized (MemoryBudget.this) {
                usedBytes -= bytes;
                bytes = 0;
            }
        }
    }
}
