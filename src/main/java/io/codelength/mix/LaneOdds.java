package io.codelength.mix;

import java.util.Arrays;
import java.util.function.IntToLongFunction;

/**
 * What a model said of one lane's symbols, kept as the odds along each symbol's path through the {@link SpellingTree}: two
 * bytes a decision, about four decisions a byte, in place of a row of frequencies. Not thread-safe.
 */
public final class LaneOdds {
    private final SpellingTree tree;
    private final int[] symbols;
    private int known;
    private short[] odds;
    private int count;

    /** @param symbols the lane's; not copied */
    public LaneOdds(SpellingTree tree, int[] symbols) {
        this.tree = tree;
        this.symbols = symbols;
        this.odds = new short[16 * Math.max(1, symbols.length)];
    }

    /**
     * Adds the prediction of the next symbol.
     *
     * @param below sum of the frequencies of all symbols before this one
     */
    public void add(IntToLongFunction below) {
        int symbol = symbols[known++];
        long first = 0;
        long end = below.applyAsLong(tree.symbolCount());
        for (int node = tree.root(); node >= 0; ) {
            int split = tree.split(node);
            long middle = below.applyAsLong(split);
            if (count == odds.length) {
                odds = Arrays.copyOf(odds, Math.addExact(count, count));
            }
            odds[count++] = (short) LogOdds.of(end - middle, middle - first);
            if (symbol >= split) {
                first = middle;
                node = tree.upper(node);
            } else {
                end = middle;
                node = tree.lower(node);
            }
        }
    }

    /** The lane's symbols; not copied. */
    public int[] symbols() {
        return symbols;
    }

    /** Odds of the upper half at each decision of each symbol, in order; not copied, longer than {@link #count}. */
    public short[] odds() {
        return odds;
    }

    /** Decisions in all. */
    public int count() {
        return count;
    }
}
