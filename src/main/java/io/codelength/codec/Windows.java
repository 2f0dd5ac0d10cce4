package io.codelength.codec;

/**
 * What the model sees. A window holds the start symbol and at most {@code windowTokens − 1} symbols. When it does, the next
 * one begins with the start symbol and the last {@code overlapTokens} symbols of the one before.
 *
 * @param windowTokens positions, the start symbol included, at least 2
 * @param overlapTokens symbols read again, 0 to windowTokens − 2
 */
record Windows(int windowTokens, int overlapTokens) {
    /** More context costs time quadratically and gains little; so most tiers stop here. */
    private static final int PLAIN_TOKENS = 1024;

    /** Where tier {@code max} stops: a lane of 32 KiB has some 8,000 tokens, its cache some megabytes. */
    private static final int OVERLAPPING_TOKENS = 4096;

    Windows {
        if (windowTokens < 2 || overlapTokens < 0 || overlapTokens > windowTokens - 2) {
            throw new IllegalArgumentException(
                    "window of %d tokens with an overlap of %d".formatted(windowTokens, overlapTokens));
        }
    }

    /**
     * The windows that we make, and that the compact form implies.
     *
     * @param overlap whether each begins with half of the one before, or without context
     */
    static Windows of(int contextTokens, boolean overlap) {
        if (!overlap) {
            return new Windows(Math.min(contextTokens, PLAIN_TOKENS), 0);
        }
        int tokens = Math.min(contextTokens, OVERLAPPING_TOKENS);
        return new Windows(tokens, Math.max(0, tokens / 2 - 1));
    }

    /** Symbols of context, the start symbol not counted, that the window beginning at this symbol of a lane reads again. */
    int contextAt(int firstSymbol) {
        return firstSymbol == 0 ? 0 : overlapTokens;
    }

    /** Symbols that the window beginning at this symbol of a lane predicts, if the lane is long enough. */
    int freshAt(int firstSymbol) {
        return windowTokens - 1 - contextAt(firstSymbol);
    }
}
