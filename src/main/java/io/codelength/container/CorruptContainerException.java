package io.codelength.container;

import java.util.OptionalInt;

/** An archive is damaged, cut off, or not ours. Says what was found where. Exit code 3. */
public final class CorruptContainerException extends RuntimeException {
    private final long offset;
    private final OptionalInt frame;

    /** @param offset bytes from the start of the archive to the place */
    public CorruptContainerException(long offset, String message) {
        this(offset, OptionalInt.empty(), message);
    }

    private CorruptContainerException(long offset, OptionalInt frame, String message) {
        super(message);
        this.offset = offset;
        this.frame = frame;
    }

    /**
     * Damage outside the frames.
     *
     * @param archive what the archive is called
     * @param part which part, as in "header"
     * @param what what was expected and what was found
     */
    public static CorruptContainerException in(String archive, String part, long offset, String what) {
        return new CorruptContainerException(
                offset,
                ("%s: %s (offset %d): %s. The file is damaged or cut off; `codelength recover` brings back the frames that"
                                + " are whole.")
                        .formatted(archive, part, offset, what));
    }

    /**
     * Damage in a frame.
     *
     * @param archive what the archive is called
     * @param frame the frame's number, from 0
     * @param what what was expected and what was found
     */
    public static CorruptContainerException inFrame(String archive, int frame, long offset, String what) {
        String before = switch (frame) {
            case 0 -> "the frames that are whole";
            case 1 -> "frame 0 and those after the damage";
            default -> "frames 0–%d and those after the damage".formatted(frame - 1);
        };
        return new CorruptContainerException(
                offset,
                OptionalInt.of(frame),
                "%s: frame %d (offset %d): %s. The file is damaged or cut off; `codelength recover` brings back %s."
                        .formatted(archive, frame, offset, what, before));
    }

    /** Bytes from the start of the archive to the place. */
    public long offset() {
        return offset;
    }

    /** The damaged frame's number, if the damage is in one. */
    public OptionalInt frame() {
        return frame;
    }
}
