package io.codelength.model;

/**
 * The sizes and constants of a Llama-family model. The upper bounds are those under which {@code docs/arithmetic.md} proves
 * that no integer sum overflows.
 *
 * @param hidden width d of the residual stream, at most 16,384
 * @param layers number of transformer blocks, at most 1024
 * @param heads query heads a layer, at most 1024
 * @param keyValueHeads key-value heads a layer; divides {@code heads}
 * @param headDimension width of one head, even, at most 1024
 * @param feedForward width of the SwiGLU layer, at most 131,072
 * @param contextTokens positions the model was trained for, the start token included, 2 to 65,536
 * @param normEpsilon the eps of every RMS norm, float64 of the configuration's value, in [1e-12, 1]
 */
public record ModelShape(
        int hidden,
        int layers,
        int heads,
        int keyValueHeads,
        int headDimension,
        int feedForward,
        int contextTokens,
        double normEpsilon) {
    /** A square float64 matrix of this size, the rotation, still fits a Java array. */
    static final int HIDDEN_MAX = 16_384;

    static final int LAYERS_MAX = 1024;
    static final int HEADS_MAX = 1024;
    static final int HEAD_DIMENSION_MAX = 1024;

    /** 131,072 · 127 · 127 stays below 2^31. */
    static final int FEED_FORWARD_MAX = 131_072;

    /** 65,536 · 255 · 127 stays below 2^31. */
    static final int CONTEXT_MAX = 65_536;

    public ModelShape {
        requireRange("hidden", hidden, 1, HIDDEN_MAX);
        requireRange("layers", layers, 1, LAYERS_MAX);
        requireRange("heads", heads, 1, HEADS_MAX);
        requireRange("keyValueHeads", keyValueHeads, 1, heads);
        requireRange("headDimension", headDimension, 2, HEAD_DIMENSION_MAX);
        requireRange("feedForward", feedForward, 1, FEED_FORWARD_MAX);
        requireRange("contextTokens", contextTokens, 2, CONTEXT_MAX);
        requireRange("heads · headDimension", heads * headDimension, 2, FEED_FORWARD_MAX);
        if (heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "keyValueHeads: expected a divisor of %d heads, found %d".formatted(heads, keyValueHeads));
        }
        if (headDimension % 2 != 0) {
            throw new IllegalArgumentException("headDimension: expected an even number, found " + headDimension);
        }
        if (!(normEpsilon >= 1e-12 && normEpsilon <= 1)) {
            throw new IllegalArgumentException("normEpsilon: expected 1e-12 to 1, found " + normEpsilon);
        }
    }

    /** Width of all query heads together. */
    public int queryWidth() {
        return heads * headDimension;
    }

    /** Width of all key (or value) heads together. */
    public int keyValueWidth() {
        return keyValueHeads * headDimension;
    }

    private static void requireRange(String name, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("%s: expected %d to %d, found %d".formatted(name, least, most, value));
        }
    }
}
