package io.codelength.container;

import java.util.Optional;

/**
 * How a frame's payload spells its bytes ({@code docs/format.md}, "Frames"). The methods for text are the others with a
 * text transform at the payload's beginning.
 */
public enum FrameMethod {
    STORED(0, false),
    CONTEXT_MIXING(1, false),
    TOKENS(2, true),
    MIXED(3, true),
    TEXT_CONTEXT_MIXING(5, false),
    TEXT_TOKENS(6, true),
    TEXT_MIXED(7, true);

    private static final int TRANSFORM = 4;

    private final int number;
    private final boolean needsModel;

    FrameMethod(int number, boolean needsModel) {
        this.number = number;
        this.needsModel = needsModel;
    }

    /** The number in the file. */
    public int number() {
        return number;
    }

    /** Whether the archive must name a language model. */
    public boolean needsModel() {
        return needsModel;
    }

    /** Whether the payload begins with a text transform. */
    public boolean transformsText() {
        return number > TRANSFORM;
    }

    /** What spells the text, once the transform is off. */
    public FrameMethod withoutTransform() {
        return transformsText() ? of(number - TRANSFORM).orElseThrow() : this;
    }

    /**
     * The same with a text transform before it.
     *
     * @throws IllegalStateException if this stores or has one already
     */
    public FrameMethod withTransform() {
        if (this == STORED || transformsText()) {
            throw new IllegalStateException("%s takes no text transform".formatted(this));
        }
        return of(number + TRANSFORM).orElseThrow();
    }

    /** Whether contexts are mixed, which needs the memory that the header declares. */
    public boolean mixesContexts() {
        FrameMethod method = withoutTransform();
        return method == CONTEXT_MIXING || method == MIXED;
    }

    /** The method with this number, if this version knows one. */
    static Optional<FrameMethod> of(int number) {
        for (FrameMethod method : values()) {
            if (method.number == number) {
                return Optional.of(method);
            }
        }
        return Optional.empty();
    }

    static FrameMethod read(String archive, int frame, int number) {
        return of(number)
                .orElseThrow(() -> new UnsupportedFormatException(
                        "%s: frame %d has method %d; this program reads methods 0 to 3 and 5 to 7. Use a newer one."
                                .formatted(archive, frame, number)));
    }
}
