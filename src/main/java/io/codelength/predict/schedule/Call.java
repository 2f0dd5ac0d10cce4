package io.codelength.predict.schedule;

import io.codelength.coding.RangeDecoder;
import io.codelength.limit.CallScope;
import io.codelength.predict.DecodingSink;
import io.codelength.predict.EncodingSink;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.RowSink;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * What one caller asked for and how far it is. Touched by one thread at a time: its caller's before it is queued and after
 * it has ended, the leader's in between.
 */
abstract class Call {
    private final RowSink sink;
    private final CallScope scope;
    private final long queuedNanos;
    private final Condition turn;
    private boolean begun;
    private boolean ended;
    private @Nullable Throwable failure;

    /**
     * @param queuedNanos when it came, on the scheduler's clock
     * @param turn signalled when the caller should look again
     */
    Call(RowSink sink, CallScope scope, long queuedNanos, Condition turn) {
        this.sink = sink;
        this.scope = scope;
        this.queuedNanos = queuedNanos;
        this.turn = turn;
    }

    /** Gives back the streams in hand. */
    abstract void releaseStreams();

    final CallScope scope() {
        return scope;
    }

    final Condition turn() {
        return turn;
    }

    /** Says that a pass with this call begins; answers with how long it had waited, the first time. */
    final Optional<Long> begin(long nowNanos) {
        if (begun) {
            return Optional.empty();
        }
        begun = true;
        return Optional.of(nowNanos - queuedNanos);
    }

    /** Hands a row to the caller's sink. Once the sink has failed it sees no more. */
    final void deliver(int item, int index, FrequencyRow row) {
        if (failure == null) {
            guarded(() -> sink.accept(item, index, row));
        }
    }

    /** What the caller's sink decodes an item with, if it does. */
    @SuppressWarnings("CatchingUnchecked") // as in guarded
    final Optional<RangeDecoder> decoder(int item) {
        try {
            return failure == null && sink instanceof DecodingSink decoding ? decoding.decoder(item) : Optional.empty();
        } catch (Throwable e) {
            fail(e);
            return Optional.empty();
        }
    }

    /** Hands a symbol to the caller's sink, which named a decoder for it. */
    final void decoded(int item, int symbol) {
        if (failure == null && sink instanceof DecodingSink decoding) {
            guarded(() -> decoding.decoded(item, symbol));
        }
    }

    /** The symbol whose interval the caller's sink wants, if it does. */
    @SuppressWarnings("CatchingUnchecked") // as in guarded
    final OptionalInt symbol(int item, int index) {
        try {
            return failure == null && sink instanceof EncodingSink encoding
                    ? encoding.symbol(item, index)
                    : OptionalInt.empty();
        } catch (Throwable e) {
            fail(e);
            return OptionalInt.empty();
        }
    }

    /** Hands an interval to the caller's sink, which named a symbol for it. */
    final void interval(int item, int index, long below, long frequency, long total) {
        if (failure == null && sink instanceof EncodingSink encoding) {
            guarded(() -> encoding.interval(item, index, below, frequency, total));
        }
    }

    /** Does something of the caller's; what it throws ends this call and no other. */
    @SuppressWarnings("CatchingUnchecked") // a sneaky checked exception, too, belongs to its caller
    final void guarded(Runnable ofCaller) {
        try {
            ofCaller.run();
        } catch (Throwable e) {
            fail(e);
        }
    }

    /** The first reason is kept. */
    final void fail(Throwable why) {
        if (failure == null) {
            failure = why;
        }
    }

    final boolean hasFailed() {
        return failure != null;
    }

    /** Nothing more will be done. */
    final void end() {
        releaseStreams();
        ended = true;
    }

    final boolean hasEnded() {
        return ended;
    }

    /** On the caller's own thread, at the end. */
    final void rethrow() {
        if (failure != null) {
            throw Call.<RuntimeException>asItWas(failure);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the usual way to rethrow as it was
    private static <E extends Throwable> E asItWas(Throwable failure) throws E {
        throw (E) failure;
    }
}
