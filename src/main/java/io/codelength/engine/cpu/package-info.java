/**
 * Numeric profile 1 in native code ({@code kernels/}): the fastest engine on a CPU.
 *
 * <p>In: an exact model and symbols. Out: frequencies, the same as every other engine's. May use {@code predict},
 * {@code exact} and {@code model}; nothing else touches native memory. It deliberately does not know what is coded or where
 * models are kept. Every size is checked here before native code sees it, so that no call can end the process.
 */
@NullMarked
package io.codelength.engine.cpu;

import org.jspecify.annotations.NullMarked;
