package io.codelength.limit;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * How many bytes a group of calls may hold at once, key-value caches above all. Thread-safe. A reservation is made before
 * the memory is allocated and given back by {@link Reservation#close()}.
 */
public final class MemoryBudget {
    private final long limitBytes;
    private final Optional<MemoryBudget> common;
    private long usedBytes;

    /** @param limitBytes the most that may be reserved at once, at least 0 */
    public MemoryBudget(long limitBytes) {
        this(limitBytes, Optional.empty());
    }

    /**
     * Bytes of one's own and, when they are used up, what others left of a budget that many have in common.
     *
     * @param ownBytes what nobody else can take, at least 0
     */
    public MemoryBudget(long ownBytes, MemoryBudget common) {
        this(ownBytes, Optional.of(common));
    }

    private MemoryBudget(long limitBytes, Optional<MemoryBudget> common) {
        if (limitBytes < 0) {
            throw new IllegalArgumentException("memory budget of %d bytes".formatted(limitBytes));
        }
        this.limitBytes = limitBytes;
        this.common = common;
    }

    /**
     * Takes bytes out of the budget; one's own first, but a reservation comes whole from one of the two.
     *
     * @param purpose what they are for, named in the error
     * @throws LimitExceededException if fewer are left
     */
    public Reservation reserve(long bytes, String purpose) {
        if (bytes < 0) {
            throw new IllegalArgumentException("reservation of %d bytes".formatted(bytes));
        }
        if (take(bytes)) {
            return new Reservation(this, bytes);
        }
        MemoryBudget last = common.orElse(this);
        if (last != this && last.take(bytes)) {
            return new Reservation(last, bytes);
        }
        throw LimitExceededException.ofTheMoment(
                "memory for " + purpose + ", bytes",
                bytes,
                Math.max(leftBytes(), last.leftBytes()),
                "Use fewer lanes at once or raise the memory budget.");
    }

    private synchronized boolean take(long bytes) {
        if (bytes > limitBytes - usedBytes) {
            return false;
        }
        usedBytes += bytes;
        return true;
    }

    private synchronized void giveBack(long bytes) {
        usedBytes -= bytes;
    }

    private synchronized long leftBytes() {
        return limitBytes - usedBytes;
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

    /** The most that may be reserved at once, what is common with others not counted. */
    public long limitBytes() {
        return limitBytes;
    }

    /** What is reserved now, from the common bytes not counted. */
    public synchronized long usedBytes() {
        return usedBytes;
    }

    /** Bytes taken from a budget until closed; closing twice does nothing. */
    public static final class Reservation implements AutoCloseable {
        private final MemoryBudget from;
        private final long bytes;
        private final AtomicBoolean closed = new AtomicBoolean();

        private Reservation(MemoryBudget from, long bytes) {
            this.from = from;
            this.bytes = bytes;
        }

        @Override
        public void close() {
            if (closed.compareAndSet(false, true)) {
                from.giveBack(bytes);
            }
        }
    }
}
