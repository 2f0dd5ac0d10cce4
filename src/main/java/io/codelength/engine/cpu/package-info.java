/**
 * Numeric profile 1 and context mixing in native code ({@code kernels/}): the fastest engine on a CPU.
 *
 * <p>In: an exact model and symbols, or a text. Out: frequencies and payloads, the same as every other engine's. May use
 * {@code predict}, {@code exact}, {@code model} and {@code mix}; nothing else touches native memory. It deliberately does not
 * know frames or where models are kept. Every size is checked here before native code sees it, so that no call can end the
 * process.
 */
@NullMarked
package io.codelength.engine.cpu;

import org.jspecify.annotations.NullMarked;
