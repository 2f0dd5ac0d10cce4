package io.codelength.model;

import io.codelength.exact.ProfileLimits;

/**
 * The sizes and constants of a Llama-family model, within {@link ProfileLimits}, under which {@code docs/arithmetic.md}
 * proves that no integer sum overflows.
 *
 * @param hidden width d of the residual stream, at most 16,384
 * @param layers number of transformer blocks, at most 1024
 * @param heads query heads a layer, at most 1024
 * @param keyValueHeads key-value heads a layer; divides {@code heads}
 * @param headDimension width of one head, even, at most 1024
 * @param feedForward width of the SwiGLU layer, at most 65,536, as all query heads together
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
    public ModelShape {
        requireRange("hidden", hidden, 1, ProfileLimits.HIDDEN_MAX);
        requireRange("layers", layers, 1, ProfileLimits.LAYERS_MAX);
        requireRange("heads", heads, 1, ProfileLimits.HEADS_MAX);
        requireRange("keyValueHeads", keyValueHeads, 1, heads);
        requireRange("headDimension", headDimension, 2, ProfileLimits.HEAD_DIMENSION_MAX);
        requireRange("feedForward", feedForward, 1, ProfileLimits.INNER_MAX);
        requireRange("contextTokens", contextTokens, 2, ProfileLimits.CONTEXT_MAX);
        requireRange("heads · headDimension", heads * headDimension, 2, ProfileLimits.INNER_MAX);
        if (heads % keyValueHeads != 0) {
            throw new IllegalArgumentException(
                    "keyValueHeads: expected a divisor of %d heads, found %d".formatted(heads, keyValueHeads));
        }
        if (headDimension % 2 != 0) {
            throw new IllegalArgumentException("headDimension: expected an even number, found " + headDimension);
        }
        // Written so that NaN fails.
        if (!(normEpsilon >= ProfileLimits.NORM_EPSILON_MIN && normEpsilon <= ProfileLimits.NORM_EPSILON_MAX)) {
            throw new IllegalArgumentException("normEpsilon: expected %s to %s, found %s"
                    .formatted(ProfileLimits.NORM_EPSILON_MIN, ProfileLimits.NORM_EPSILON_MAX, normEpsilon));
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
