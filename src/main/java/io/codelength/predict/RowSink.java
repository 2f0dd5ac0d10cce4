package io.codelength.predict;

/**
 * Receives predictions one row at a time, while its caller waits inside the predictor. It may run on the thread of another
 * caller whose work shares the pass, never on two threads at once, and what it wrote is visible to its caller when the call
 * returns. So it must be quick, must not wait for anybody, and must not call a predictor. What it throws comes out of its own
 * caller's call and of no other.
 */
@FunctionalInterface
public interface RowSink {
    /**
     * @param item index of the passage or stream in the call
     * @param index for a passage, the index into its symbols of the last symbol read before this prediction; 0 in a step
     * @param row what may come next; valid only during this call, since the predictor uses it again
     */
    void accept(int item, int index, FrequencyRow row);
}
