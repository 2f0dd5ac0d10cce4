package io.codelength.codec;

/**
 * What the model sees. A window holds the start symbol and at most {@code windowTokens − 1} symbols. When it does, the next
 * one begins with the start symbol and the last {@code overlapTokens} symbols of the one before.
 *
 * @param windowTokens positions, the start symbol included, at least 2
 * @param overlapTokens symbols read again, 0 to windowTokens − 2
 */
record Windows(int windowTokens, int overlapTokens) {
    /** More context costs time quadratically and gains little; so tier {@code model} stops here. */
    private static final int DEFAULT_TOKENS = 1024;

    Windows {
        if (windowTokens < 2 || overlapTokens < 0 || overlapTokens > windowTokens - 2) {
            throw new IllegalArgumentException(
                    "window of %d tokens with an overlap of %d".formatted(windowTokens, overlapTokens));
        }
    }

    /** The windows of tier {@code model}, which the compact form implies. */
    static Windows ofTierModel(int contextTokens) {
        return new Windows(Math.min(contextTokens, DEFAULT_TOKENS), 0);
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
