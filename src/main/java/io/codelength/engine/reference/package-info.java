/**
 * Numeric profile 1 in plain Java: the decoder of last resort, and the float32 path that evaluation compares with.
 *
 * <p>In: an exact model and symbols. Out: frequencies, the same as every other engine's. May use {@code predict},
 * {@code exact} and {@code model}. It deliberately does not know what is coded or where models are kept.
 */
@NullMarked
package io.codelength.engine.reference;

import org.jspecify.annotations.NullMarked;
