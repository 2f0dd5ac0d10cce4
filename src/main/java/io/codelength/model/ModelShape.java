package io.codelength.model;

/**
 * The sizes and constants of a Llama-family model.
 *
 * @param hidden width d of the residual stream
 * @param layers number of transformer blocks
 * @param heads query heads a layer
 * @param keyValueHeads key-value heads a layer; divides {@code heads}
 * @param headDimension width of one head, even
 * @param feedForward width of the SwiGLU layer
 * @param contextTokens positions the model was trained for, the start token included
 * @param normEpsilon the eps of every RMS norm, float64 of the configuration's value
 */
public record ModelShape(
        int hidden,
        int layers,
        int heads,
        int keyValueHeads,
        int headDimension,
        int feedForward,
        int contextTokens,
        double normEpsilon) {}
