package io.codelength.web;

import io.codelength.limit.MemoryBudget;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets so many requests compute at once, so many wait, and turns the others away. First come, first served: a long request
 * waits for as many places as it takes, and who comes later behind it.
 */
final class WorkGate {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final ServiceLimits limits;
    private final Semaphore places;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger queued = new AtomicInteger();
    private final MemoryBudget commonMemory;

    WorkGate(ServiceLimits limits, MeterRegistry meters) {
        this.limits = limits;
        this.places = new Semaphore(limits.inFlight(), true);
        this.commonMemory = limits.commonMemory();
        meters.gauge("codelength.work.in.flight", inFlight);
        meters.gauge("codelength.work.queued", queued);
    }

    /**
     * Waits for places.
     *
     * @param bytes of the request's body, or of what it asks for; negative if unknown
     * @throws ServiceBusyException if the queue is full or the wait too long
     */
    Place enter(long bytes) {
        int count = limits.places(bytes);
        if (!takePlaces(count)) {
            throw new ServiceBusyException(inFlight.get(), RETRY_AFTER);
        }
        inFlight.incrementAndGet();
        return new Place(count);
    }

    private boolean takePlaces(int count) {
        try {
            // With a time, unlike without, nobody is overtaken.
            if (places.tryAcquire(count, 0, TimeUnit.MILLISECONDS)) {
                return true;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        try {
            if (queued.incrementAndGet() > limits.queued()) {
                return false;
            }
            return places.tryAcquire(count, limits.queueWait().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            queued.decrementAndGet();
        }
    }

    /** The right to compute; given back by closing at the latest. */
    final class Place implements AutoCloseable {
        private final int count;
        private final AtomicBoolean givenBack = new AtomicBoolean();

        private Place(int count) {
            this.count = count;
        }

        /** Memory for predictions: what comes with the place, and what others leave. */
        MemoryBudget memory() {
            return new MemoryBudget(count * limits.placeMemoryBytes(), commonMemory);
        }

        /** Lets the next request compute; doing so twice does nothing. */
        void giveBack() {
            if (givenBack.compareAndSet(false, true)) {
                inFlight.decrementAndGet();
                places.release(count);
            }
        }

        @Override
        public void close() {
            giveBack();
        }
    }
}
