/**
 * Context mixing over bits, and the bridge that turns a language model's frequencies of symbols into probabilities of bits,
 * so that both can be mixed.
 *
 * <p>In: bits, and what a model says of the next symbol. Out: the probability of the next bit, learned from what was coded
 * before. May use {@code coding} and {@code token}. It deliberately does not know frames, archives or which model predicts.
 */
@NullMarked
package io.codelength.mix;

import org.jspecify.annotations.NullMarked;
