package io.codelength.predict;

/** Receives predictions one row at a time, on the thread that called the predictor. */
@FunctionalInterface
public interface RowSink {
    /**
     * @param item index of the passage or stream in the call
     * @param index for a passage, the index into its symbols of the last symbol read before this prediction; 0 in a step
     * @param row what may come next; valid only during this call, since the predictor uses it again
     */
    void accept(int item, int index, FrequencyRow row);
}
