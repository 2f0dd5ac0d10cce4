package io.codelength.model;

import io.codelength.exact.QuantizedMatrix;

/**
 * One transformer block, norm gains and rotations folded in. Rows are output channels.
 *
 * @param query [heads · headDimension, hidden], halves-rotary order as in Hugging Face files
 * @param key [keyValueHeads · headDimension, hidden]
 * @param value [keyValueHeads · headDimension, hidden]
 * @param output [hidden, heads · headDimension]
 * @param gate [feedForward, hidden]
 * @param up [feedForward, hidden]
 * @param down [hidden, feedForward]
 */
public record ExactLayer(
        QuantizedMatrix query,
        QuantizedMatrix key,
        QuantizedMatrix value,
        QuantizedMatrix output,
        QuantizedMatrix gate,
        QuantizedMatrix up,
        QuantizedMatrix down) {}
