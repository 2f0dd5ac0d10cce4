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
     * @param headSymbols [headRows] the symbol of each row of logits, non-decreasing and onto {@code 0 … symbolCount − 1};
     *     not copied
     */
    public CumulativeFrequencies(int[] headSymbols, int symbolCount) {
        this.symbolCount = symbolCount;
        this.headSymbols = headSymbols;
        this.oneRowEach = headSymbols.length == symbolCount;
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
            for (int row = 0; row < rows; row++) {
                sum += Exponentials.decay(max - logits[from + row]);
                below[headSymbols[row] + 1] = sum;
            }
        }
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
