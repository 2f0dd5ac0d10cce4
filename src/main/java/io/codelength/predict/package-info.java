/**
 * Contexts in, integer frequencies out.
 *
 * <p>In: symbols, many streams at a time. Out: {@link io.codelength.predict.FrequencyRow}s, the same integers from every
 * engine, batch shape and thread count; or, where a sink wants no more, what a range coder makes of them. May use
 * {@code exact}, {@code token}, {@code model} and {@code coding}. It deliberately does not know frames.
 */
@NullMarked
package io.codelength.predict;

import org.jspecify.annotations.NullMarked;
