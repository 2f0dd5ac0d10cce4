package io.codelength.predict;

import java.util.function.IntToLongFunction;

/**
 * The integer frequencies of all symbols at one position: at least 1 each, total below 2^48. Symbols are in byte order, so
 * a prefix of bytes is an interval of symbols and its mass a difference of prefix sums. Valid only as long as its owner
 * says (see {@link RowSink}).
 */
public interface FrequencyRow extends IntToLongFunction {
    /** Number of symbols. */
    int symbolCount();

    /** Sum of all frequencies; below 2^48. */
    long total();

    /**
     * Sum of the frequencies of all symbols before this one.
     *
     * @param symbol 0 to symbolCount, both included
     */
    long below(int symbol);

    /** {@link #below}, for those who know sums only, such as the mixing; an engine's own mixing may know the row again. */
    @Override
    default long applyAsLong(int symbol) {
        return below(symbol);
    }

    /** Frequency of one symbol, at least 1. */
    default long frequency(int symbol) {
        return below(symbol + 1) - below(symbol);
    }

    /**
     * The symbol whose interval holds the value.
     *
     * @param value 0 to total − 1
     * @return s with below(s) ≤ value &lt; below(s + 1)
     */
    int find(long value);

    /** Bits that this symbol costs: {@code −log2(frequency / total)}. For reports; nothing is coded with it. */
    default double bits(int symbol) {
        return Math.log((double) total() / (double) frequency(symbol)) / Math.log(2);
    }
}
