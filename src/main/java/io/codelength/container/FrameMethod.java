package io.codelength.container;

import java.util.Optional;

/** How a frame's payload spells its bytes ({@code docs/format.md}, "Frames"). */
public enum FrameMethod {
    STORED(0, ArchiveFormat.FRAME_BYTES_MAX, false),
    CONTEXT_MIXING(1, ArchiveFormat.FRAME_BYTES_MAX, false),
    TOKENS(2, ArchiveFormat.MODEL_FRAME_BYTES_MAX, true),
    MIXED(3, ArchiveFormat.MODEL_FRAME_BYTES_MAX, true);

    private final int number;
    private final int originalBytesMax;
    private final boolean needsModel;

    FrameMethod(int number, int originalBytesMax, boolean needsModel) {
        this.number = number;
        this.originalBytesMax = originalBytesMax;
        this.needsModel = needsModel;
    }

    /** The number in the file. */
    public int number() {
        return number;
    }

    /** The most original bytes one frame may hold. */
    public int originalBytesMax() {
        return originalBytesMax;
    }

    /** Whether the archive must name a language model. */
    public boolean needsModel() {
        return needsModel;
    }

    /** The method with this number, if this version knows one. */
    static Optional<FrameMethod> of(int number) {
        return number >= 0 && number < values().length ? Optional.of(values()[number]) : Optional.empty();
    }

    static FrameMethod read(String archive, int frame, int number) {
        return of(number)
                .orElseThrow(() -> new UnsupportedFormatException(
                        "%s: frame %d has method %d; this program reads methods 0 to %d. Use a newer one."
                                .formatted(archive, frame, number, values().length - 1)));
    }
}
