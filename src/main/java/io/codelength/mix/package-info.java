/**
 * Context mixing: bits in, probabilities of the next bit out, learned from what was coded before; and the bridge that turns
 * a language model's frequencies of symbols into probabilities of bits, so that both can be mixed.
 *
 * <p>May use {@code coding} and {@code token}. It deliberately does not know frames, archives or which model predicts.
 */
@NullMarked
package io.codelength.mix;

import org.jspecify.annotations.NullMarked;
