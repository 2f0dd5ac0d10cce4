/**
 * One batch for all callers.
 *
 * <p>In: the calls of many threads to one model. Out: the same rows for each, from passes that they share. May use
 * {@code predict}, {@code model}, {@code coding} and {@code limit}. It deliberately does not know what computes, why the callers ask, or
 * what time it is, but for a clock it is given to measure with.
 */
@NullMarked
package io.codelength.predict.schedule;

import org.jspecify.annotations.NullMarked;
