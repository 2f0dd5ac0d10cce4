/**
 * Numeric profile 1 through PyTorch, on CPU or CUDA: float32 tensors that carry integers. Beside it, for evaluation,
 * published models in ordinary float32 ({@link io.codelength.engine.pytorch.FloatScorer}).
 *
 * <p>In: an {@link io.codelength.model.ExactModel}, symbols of many streams at a time; or a {@link
 * io.codelength.model.SourceModel}. Out: frequency rows, bit for bit those of the reference engine; or code lengths. May use
 * {@code predict}, {@code exact}, {@code model}, {@code token} and {@code limit}; it is the only package that imports {@code
 * ai.djl}. It deliberately does not know lanes or archives, and never reads the network: tensors are made from the parsed
 * model alone.
 */
@NullMarked
package io.codelength.engine.pytorch;

import org.jspecify.annotations.NullMarked;
