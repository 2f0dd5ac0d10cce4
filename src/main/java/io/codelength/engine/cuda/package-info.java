/**
 * Numeric profile 1 on a CUDA device ({@code kernels/cuda}, {@code docs/cuda.md}).
 *
 * <p>In: an exact model and symbols. Out: frequencies, the same as every other engine's. May use {@code predict},
 * {@code model} and the native binding in {@code engine.cpu}; it deliberately does not know what is coded.
 */
@NullMarked
package io.codelength.engine.cuda;

import org.jspecify.annotations.NullMarked;
