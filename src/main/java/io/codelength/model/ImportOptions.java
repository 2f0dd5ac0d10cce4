package io.codelength.model;

import io.codelength.exact.ActivationWidth;

/**
 * What an import may do differently for the sake of a measurement. Everything here changes the arithmetic and so stands in
 * the exact file; users import with {@link #DEFAULT}.
 *
 * @param rotate whether the residual stream and the values are rotated
 * @param attentionInput width of what enters query, key and value
 * @param attentionOutput width of what enters the attention's output matrix
 * @param feedForwardInput width of what enters gate and up
 * @param down width of what enters the down matrix
 * @param head width of what enters the output layer
 */
public record ImportOptions(
        boolean rotate,
        ActivationWidth attentionInput,
        ActivationWidth attentionOutput,
        ActivationWidth feedForwardInput,
        ActivationWidth down,
        ActivationWidth head) {
    /** The fixed table of docs/arithmetic.md: rotated, 15 bits into down, 8 bits elsewhere. */
    public static final ImportOptions DEFAULT = new ImportOptions(
            true,
            ActivationWidth.BITS_8,
            ActivationWidth.BITS_8,
            ActivationWidth.BITS_8,
            ActivationWidth.BITS_15,
            ActivationWidth.BITS_8);

    /** The same with the given width everywhere. */
    public ImportOptions withWidths(ActivationWidth width) {
        return new ImportOptions(rotate, width, width, width, width, width);
    }

    /** The same with or without rotation. */
    public ImportOptions withRotation(boolean wanted) {
        return new ImportOptions(wanted, attentionInput, attentionOutput, feedForwardInput, down, head);
    }
}
