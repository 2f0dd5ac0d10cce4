package io.codelength.predict;

import io.codelength.exact.Exponentials;

/**
 * A row of frequencies as prefix sums, built from logits in 1/1024 octaves ({@code docs/arithmetic.md}, "Frequencies") and
 * built again for the next row. Every engine ends here, so frequencies are made in one place.
 */
public final class CumulativeFrequencies implements FrequencyRow {
    private final int symbolCount;
    private final int[] headSymbols;
    private final boolean oneRowEach;
    private final long[] below; // [symbolCount + 1]

    /**
     * @param headSymbols [headRows] the symbol of each row of logits, non-decreasing; symbols without a row have frequency
     *     1; not copied
     */
    public CumulativeFrequencies(int[] headSymbols, int symbolCount) {
        this.symbolCount = symbolCount;
        this.headSymbols = headSymbols;
        this.oneRowEach = isOneRowEach(headSymbols, symbolCount);
        this.below = new long[symbolCount + 1];
    }

    /** Bytes that one such row takes, for budgets. */
    public static long bytes(int symbolCount) {
        return 8L * (symbolCount + 1);
    }

    /**
     * Builds the row: {@code f = EXP2[min(rint(fl(max − t)), last)]} for each row of the head, added up by symbol.
     *
     * @param logits [from … from + headRows) finite
     */
    public void fill(float[] logits, int from) {
        int rows = headSymbols.length;
        float max = logits[from];
        for (int row = 1; row < rows; row++) {
            float t = logits[from + row];
            max = t > max ? t : max;
        }
        long sum = 0;
        if (oneRowEach) {
            for (int row = 0; row < rows; row++) {
                sum += Exponentials.decay(max - logits[from + row]);
                below[row + 1] = sum;
            }
        } else {
            // Rows of one symbol are neighbours: the last of them leaves the sum of all.
            int next = 0;
            for (int row = 0; row < rows; row++) {
                int symbol = headSymbols[row];
                sum = addRowless(next, symbol, sum);
                sum += Exponentials.decay(max - logits[from + row]);
                below[symbol + 1] = sum;
                next = symbol + 1;
            }
            addRowless(next, symbolCount, sum);
        }
    }

    /** Symbols {@code [from, to)} have no row, and so the least frequency there is. */
    private long addRowless(int from, int to, long sumBefore) {
        long sum = sumBefore;
        for (int symbol = from; symbol < to; symbol++) {
            below[symbol + 1] = ++sum;
        }
        return sum;
    }

    private static boolean isOneRowEach(int[] headSymbols, int symbolCount) {
        if (headSymbols.length != symbolCount) {
            return false;
        }
        for (int symbol = 0; symbol < symbolCount; symbol++) {
            if (headSymbols[symbol] != symbol) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int symbolCount() {
        return symbolCount;
    }

    @Override
    public long total() {
        return below[symbolCount];
    }

    @Override
    public long below(int symbol) {
        return below[symbol];
    }

    @Override
    public int find(long value) {
        if (value < 0 || value >= total()) {
            throw new IllegalArgumentException("value %d of a row with total %d".formatted(value, total()));
        }
        int low = 0;
        int high = symbolCount;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (below[middle] <= value) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
