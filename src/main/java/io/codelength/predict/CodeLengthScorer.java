package io.codelength.predict;

import io.codelength.limit.CallScope;

/**
 * How many bits a model needs for a text. Exact and float arithmetic both answer it, so that figures compare. What the
 * token numbers mean is the scorer's own business: pass {@link #encode}'s back to {@link #bits}.
 */
public interface CodeLengthScorer {
    /** Tokens that spell {@code text[from, to)}, without a start token. */
    int[] encode(byte[] text, int from, int to);

    /** Positions of a window, the start token included: a window predicts at most one token less. */
    int windowTokens();

    /**
     * The bits of each token of one window, which begins anew with the start token.
     *
     * @param tokens at most {@code windowTokens() − 1}
     * @return [tokens.length] bits, not rounded
     */
    double[] bits(int[] tokens, CallScope scope);
}
