package io.codelength.text;

/**
 * How a frame is divided into lanes: contiguous byte ranges of nearly equal length that are coded side by side. The
 * division follows from the two numbers alone, so an archive needs no table of it ({@code docs/format.md}, lanes).
 *
 * @param frameBytes bytes of the frame, at least 1
 * @param count lanes, 1 to {@link #MAX} and at most one a byte
 */
public record FrameLanes(int frameBytes, int count) {
    /** The most lanes of one frame: enough to fill a batch from a single file. */
    public static final int MAX = 32;

    public FrameLanes {
        if (count < 1 || count > MAX || count > frameBytes) {
            throw new IllegalArgumentException("%d lanes for a frame of %d bytes".formatted(count, frameBytes));
        }
    }

    /** As many lanes as there are {@code laneBytes} begun in the frame, within the limits. */
    public static FrameLanes bySize(int frameBytes, int laneBytes) {
        return new FrameLanes(frameBytes, Math.min(MAX, (frameBytes + laneBytes - 1) / laneBytes));
    }

    /** Offset of the lane's first byte in the frame; {@code start(count)} is the end of the last. */
    public int start(int lane) {
        return (int) ((long) lane * frameBytes / count);
    }

    /** Offset behind the lane's last byte. */
    public int end(int lane) {
        return start(lane + 1);
    }

    /** Bytes of the lane, at least 1. */
    public int length(int lane) {
        return end(lane) - start(lane);
    }
}
