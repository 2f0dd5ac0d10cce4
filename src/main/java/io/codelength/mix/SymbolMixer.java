package io.codelength.mix;

import io.codelength.coding.InvalidCodeException;

/**
 * Walks the path of one symbol after another, mixing the model's odds at each decision with what the contexts say
 * ({@code docs/mixing.md}, "From tokens to bits"). Encoder and decoder differ in where odds and decisions come from only.
 */
final class SymbolMixer {
    /** Where odds come from and decisions go to or come from. */
    interface Decisions {
        /** The model's odds of the upper half of the node. */
        int odds(int node);

        /**
         * Codes one decision.
         *
         * @param one probability, of 65536, that it is the upper half
         * @return whether it is
         */
        boolean isUpper(int node, int one);
    }

    private final SymbolSpelling spelling;
    private final ContextMixer mixer;

    SymbolMixer(SymbolSpelling spelling, ContextMixer mixer) {
        this.spelling = spelling;
        this.mixer = mixer;
    }

    /**
     * The lane's next symbol.
     *
     * @param roomBytes bytes that the lane has left
     * @throws InvalidCodeException if the symbol has more
     */
    int next(int lane, int roomBytes, Decisions decisions) {
        SpellingTree tree = spelling.tree();
        mixer.lane(lane);
        mixer.beginToken();
        int first = 0; // of the symbols still possible: its spelling has the bits that need not be coded
        int bits = 0; // of the spelling, known to the mixer
        int node = tree.root();
        while (node >= 0) {
            int odds = decisions.odds(node);
            boolean isStop = tree.decision(node) == SpellingTree.STOP;
            int decided = 8 * tree.bytesBefore(node) + (isStop ? 0 : tree.decision(node));
            bits = learn(first, bits, decided, roomBytes);
            boolean isUpper;
            if (isStop) {
                int stop = mixer.predictStop(-odds);
                isUpper = decisions.isUpper(node, 65536 - stop);
                mixer.updateStop(!isUpper);
            } else {
                requireRoom(bits + 1, roomBytes);
                isUpper = decisions.isUpper(node, mixer.predict(odds));
                mixer.update(isUpper ? 1 : 0);
                bits++;
            }
            first = isUpper ? tree.split(node) : first;
            node = isUpper ? tree.upper(node) : tree.lower(node);
        }
        int symbol = ~node;
        learn(symbol, bits, 8 * spelling.vocabulary().byteCount(symbol), roomBytes);
        return symbol;
    }

    /** Bits {@code from} to {@code to} of a symbol's spelling, which nothing else could have. */
    private int learn(int symbol, int from, int to, int roomBytes) {
        requireRoom(to, roomBytes);
        for (int bit = from; bit < to; bit++) {
            int value = spelling.vocabulary().byteAt(symbol, bit >>> 3);
            mixer.learn(value >>> (7 - (bit & 7)) & 1);
        }
        return to;
    }

    private static void requireRoom(int bits, int roomBytes) {
        if (bits > 8 * (long) roomBytes) {
            throw new InvalidCodeException("a token reaches beyond its lane");
        }
    }
}
