/**
 * Contexts in, integer frequencies out.
 *
 * <p>In: symbols, many streams at a time. Out: {@link io.codelength.predict.FrequencyRow}s, the same integers from every
 * engine, batch shape and thread count. May use {@code exact}, {@code token} and {@code model}. It deliberately does not
 * know what the frequencies are coded into.
 */
@NullMarked
package io.codelength.predict;

import org.jspecify.annotations.NullMarked;
