package io.codelength.web;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** Lets so many requests compute at once, so many wait, and turns the others away. First come, first served. */
final class WorkGate {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final ServiceLimits limits;
    private final Semaphore places;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger queued = new AtomicInteger();

    WorkGate(ServiceLimits limits, MeterRegistry meters) {
        this.limits = limits;
        this.places = new Semaphore(limits.inFlight(), true);
        meters.gauge("codelength.work.in.flight", inFlight);
        meters.gauge("codelength.work.queued", queued);
    }

    /**
     * Waits for a place.
     *
     * @throws ServiceBusyException if the queue is full or the wait too long
     */
    Place enter() {
        if (!takePlace()) {
            throw new ServiceBusyException(limits.inFlight(), RETRY_AFTER);
        }
        inFlight.incrementAndGet();
        return new Place();
    }

    private boolean takePlace() {
        if (places.tryAcquire()) {
            return true;
        }
        try {
            if (queued.incrementAndGet() > limits.queued()) {
                return false;
            }
            return places.tryAcquire(limits.queueWait().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            queued.decrementAndGet();
        }
    }

    /** The right to compute; given back by closing at the latest. */
    final class Place implements AutoCloseable {
        private final AtomicBoolean givenBack = new AtomicBoolean();

        /** The part of the memory for predictions that comes with the place. */
        long memoryBytes() {
            return limits.memoryBytes() / limits.inFlight();
        }

        /** Lets the next request compute; doing so twice does nothing. */
        void giveBack() {
            if (givenBack.compareAndSet(false, true)) {
                inFlight.decrementAndGet();
                places.release();
            }
        }

        @Override
        public void close() {
            giveBack();
        }
    }
}
