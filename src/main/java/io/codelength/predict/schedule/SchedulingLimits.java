package io.codelength.predict.schedule;

/**
 * What one pass takes on and how many callers may wait.
 *
 * @param stepStreams the most streams that step together
 * @param prefillTokens the most symbols of passages that are read between two steps: the longest that a step waits
 * @param waitingCalls the most calls at once; further ones are refused
 */
public record SchedulingLimits(int stepStreams, int prefillTokens, int waitingCalls) {
    /** As many rows a pass as keep every engine busy, and more callers than a service lets in. */
    public static final SchedulingLimits DEFAULT = new SchedulingLimits(256, 256, 4096);

    public SchedulingLimits {
        if (stepStreams < 1 || prefillTokens < 1 || waitingCalls < 1) {
            throw new IllegalArgumentException("%d streams a step, %d tokens a pass, %d calls: each must be at least 1"
                    .formatted(stepStreams, prefillTokens, waitingCalls));
        }
    }
}
