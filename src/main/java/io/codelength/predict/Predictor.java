package io.codelength.predict;

import io.codelength.coding.IntervalSequence;
import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import java.util.List;
import java.util.Optional;

/**
 * A loaded model: reads symbols into streams and answers with the integer frequencies of what comes next. Reading a
 * passage in one pass and reading it step by step give the same rows, bit for bit, whatever else shares the batch.
 *
 * <p>Thread-safe: calls may come from several threads and are served one after another; a stream is used by one thread at
 * a time.
 */
public interface Predictor extends AutoCloseable {
    ExactModel model();

    /** Bytes of key-value cache that {@link #open} takes from the budget for a window of this many positions. */
    long streamBytes(int windowTokens);

    /**
     * Streams of this many positions that are stepped fastest together, if the caller may choose; results do not depend on it.
     * Where memory is read faster than operations are made, the more the better.
     */
    default int streamsTogether(int windowTokens) {
        return Integer.MAX_VALUE;
    }

    /**
     * Threads that go through many streams more quickly if each has a predictor of its own, from {@link #alone}, than if all
     * worked on every step of one; 1 where that is not so.
     */
    default int threadsApart() {
        return 1;
    }

    /**
     * A predictor of the same model that computes on its caller's thread only, at the same time as this one and as others.
     * Its streams are its own. Whoever asks closes it, before this one.
     *
     * @throws UnsupportedOperationException if {@link #threadsApart} is 1
     */
    default Predictor alone() {
        throw new UnsupportedOperationException("threads of this predictor work on the same steps");
    }

    /**
     * Opens an empty stream; the caller feeds the start symbol itself.
     *
     * @param windowTokens positions, 1 to the model's context
     * @throws io.codelength.limit.LimitExceededException if the scope's budget does not hold it
     */
    PredictionStream open(int windowTokens, CallScope scope);

    /**
     * Reads whole passages, each in one pass. Rows come in the order of passages and positions, built in blocks of at most
     * 32, never a whole window at once. An engine may compute passages together or one by one.
     *
     * @throws io.codelength.limit.CancelledException between blocks, if the scope was cancelled; the streams are then of
     *     no further use but to be reset or closed
     */
    void prefill(List<Passage> passages, RowSink sink, CallScope scope);

    /**
     * Reads one symbol into each of many streams; row i predicts what follows in stream i.
     *
     * @param streams all different, any number from 1, each with room for one more position
     * @param symbols [streams] what to read into each
     */
    void step(List<? extends PredictionStream> streams, int[] symbols, RowSink sink, CallScope scope);

    /**
     * Takes one step after another until the sequence ends. The same as calling {@link #step} in a loop, but leaves a
     * predictor with many callers free to go on without this one's thread.
     *
     * @throws io.codelength.limit.CancelledException between steps, if the scope was cancelled
     */
    default void steps(StepSequence sequence, RowSink sink, CallScope scope) {
        for (Optional<Step> next = sequence.next(); next.isPresent(); next = sequence.next()) {
            scope.throwIfCancelled();
            step(next.get().streams(), next.get().symbols(), sink, scope);
        }
    }

    /**
     * What range coders write of sequences of intervals, one payload for each sequence. An engine may encode them together;
     * the bytes are the same.
     */
    default List<byte[]> encode(List<IntervalSequence> sequences) {
        return sequences.stream().map(IntervalSequence::encode).toList();
    }

    @Override
    void close();
}
