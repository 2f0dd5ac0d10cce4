/**
 * Numeric profile 1 through PyTorch, on CPU or CUDA: float32 tensors that carry integers.
 *
 * <p>In: an {@link io.codelength.model.ExactModel}, symbols of many streams at a time. Out: frequency rows, bit for bit
 * those of the reference engine. May use {@code predict}, {@code exact}, {@code model} and {@code limit}; it is the only
 * package that imports {@code ai.djl}. It deliberately does not know tokens, lanes or archives, and never reads a model
 * file or the network: tensors are made from the parsed model alone.
 */
@NullMarked
package io.codelength.engine.pytorch;

import org.jspecify.annotations.NullMarked;
