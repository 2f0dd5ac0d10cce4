package io.codelength.predict;

import java.util.List;

/**
 * One symbol for each of some streams.
 *
 * @param streams all different, any number from 1, each with room for one more position
 * @param symbols [streams] what to read into each
 */
public record Step(List<? extends PredictionStream> streams, int[] symbols) {
    public Step {
        if (streams.size() != symbols.length) {
            throw new IllegalArgumentException("%d streams and %d symbols".formatted(streams.size(), symbols.length));
        }
    }
}
