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

    /** Bytes that a lane should at least have before another is opened; a lane starts without context. */
    private static final int LANE_BYTES = 4096;

    public FrameLanes {
        if (count < 1 || count > MAX || count > frameBytes) {
            throw new IllegalArgumentException("%d lanes for a frame of %d bytes".formatted(count, frameBytes));
        }
    }

    /** The number of lanes to use when nobody asks for another: one for every 4 KiB begun. */
    public static FrameLanes bySize(int frameBytes) {
        return new FrameLanes(frameBytes, Math.min(MAX, (frameBytes + LANE_BYTES - 1) / LANE_BYTES));
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
