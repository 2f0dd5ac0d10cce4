package io.codelength.predict;

/**
 * One growing context with its key-value cache of integers. Belongs to the {@link Predictor} that opened it and to one
 * caller at a time.
 */
public interface PredictionStream extends AutoCloseable {
    /** Positions read so far, the start symbol included. */
    int position();

    /** The most positions this stream can hold. */
    int windowTokens();

    /** Forgets everything, so that a new window can be read. */
    void reset();

    /** Gives the memory back to the budget it came from. */
    @Override
    void close();
}
