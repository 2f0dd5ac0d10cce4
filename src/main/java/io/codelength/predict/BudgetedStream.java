package io.codelength.predict;

import io.codelength.limit.CallScope;
import io.codelength.limit.MemoryBudget;

/**
 * What the streams of all engines have in common: an owner, a position, and bytes taken from a budget before any memory
 * is. Engines add their key-value cache.
 */
public abstract class BudgetedStream implements PredictionStream {
    private final Predictor owner;
    private final int windowTokens;
    private final MemoryBudget.Reservation reservation;
    private int position;
    private boolean closed;
    private long lastCall = -1;

    /**
     * Takes the owner's {@link Predictor#streamBytes} from the budget; subclasses allocate afterwards.
     *
     * @throws IllegalArgumentException if the window is not between 1 and the model's context
     * @throws io.codelength.limit.LimitExceededException if the budget does not hold it
     */
    protected BudgetedStream(Predictor owner, int windowTokens, CallScope scope) {
        int context = owner.model().shape().contextTokens();
        if (windowTokens < 1 || windowTokens > context) {
            throw new IllegalArgumentException(
                    "window of %d positions for a model with a context of %d".formatted(windowTokens, context));
        }
        this.owner = owner;
        this.windowTokens = windowTokens;
        this.reservation =
                scope.memory().reserve(owner.streamBytes(windowTokens), "a key-value cache of " + windowTokens);
    }

    @Override
    public final int position() {
        return position;
    }

    @Override
    public final int windowTokens() {
        return windowTokens;
    }

    @Override
    public final void reset() {
        position = 0;
    }

    /** Gives the bytes back; engines release what they hold in {@link #release}. */
    @Override
    public final void close() {
        if (!closed) {
            closed = true;
            release();
            reservation.close();
        }
    }

    /** Frees the cache; called once. */
    protected abstract void release();

    /** Counts positions that were read. */
    public final void advance(int count) {
        position += count;
    }

    /**
     * Checks one stream of a call: its owner, that it is open, has room and was not named before in the same call.
     *
     * @param caller the predictor that was called
     * @param call a number that is different for each call to that predictor, at least 0
     * @param count positions to be read
     * @throws IllegalArgumentException saying which of these does not hold
     */
    public final void requireUsable(Predictor caller, long call, int count) {
        if (owner != caller) {
            throw new IllegalArgumentException("the stream was opened by another predictor");
        }
        if (closed) {
            throw new IllegalArgumentException("the stream is closed");
        }
        if (count > windowTokens - position) {
            throw new IllegalArgumentException(
                    "%d more positions at position %d of a window of %d".formatted(count, position, windowTokens));
        }
        if (lastCall == call) {
            throw new IllegalArgumentException("the same stream twice in one call");
        }
        lastCall = call;
    }

    /**
     * @throws IllegalArgumentException if a symbol is not one that the model can be fed: 0 to startSymbol, both included
     */
    public static void requireSymbols(int[] symbols, int startSymbol) {
        for (int symbol : symbols) {
            if (symbol < 0 || symbol > startSymbol) {
                throw new IllegalArgumentException(
                        "symbol %d is not between 0 and the start symbol %d".formatted(symbol, startSymbol));
            }
        }
    }
}
