package io.codelength.engine.cpu;

import io.codelength.predict.FrequencyRow;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/**
 * A row of frequencies in native memory: the exponentials of the head's rows and sums before every block of them. A sum
 * is made when it is asked for, from the nearer end of a block, so a coder pays for one symbol and not for all.
 */
final class NativeRow implements FrequencyRow {
    private static final int BLOCK = Kernels.BLOCK;

    private final HeadSymbols symbols;
    private final IntBuffer exponentials; // [rows of the head, rounded up to whole blocks]
    private final LongBuffer sums; // [blocks + 1]
    private final int blocks;
    private final long rowlessTotal;

    NativeRow(HeadSymbols symbols, IntBuffer exponentials, LongBuffer sums) {
        this.symbols = symbols;
        this.exponentials = exponentials;
        this.sums = sums;
        this.blocks = sums.capacity() - 1;
        this.rowlessTotal = symbols.rowlessBefore(symbols.symbolCount());
    }

    @Override
    public int symbolCount() {
        return symbols.symbolCount();
    }

    @Override
    public long total() {
        return sums.get(blocks) + rowlessTotal;
    }

    @Override
    public long below(int symbol) {
        return sumBefore(symbols.firstRow(symbol)) + symbols.rowlessBefore(symbol);
    }

    @Override
    public long frequency(int symbol) {
        int from = symbols.firstRow(symbol);
        int to = symbols.firstRow(symbol + 1);
        return from == to ? 1 : sum(from, to);
    }

    @Override
    public int find(long value) {
        if (value < 0 || value >= total()) {
            throw new IllegalArgumentException("value %d of a row with total %d".formatted(value, total()));
        }
        return symbols.oneRowEach() ? findRow(value) : findSymbol(value);
    }

    private int findRow(long value) {
        int low = 0;
        int high = blocks;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (sums.get(middle) <= value) {
                low = middle;
            } else {
                high = middle;
            }
        }
        int row = low * BLOCK;
        long next = sums.get(low) + exponentials.get(row);
        while (next <= value) {
            row++;
            next += exponentials.get(row);
        }
        return row;
    }

    private int findSymbol(long value) {
        int low = 0;
        int high = symbols.symbolCount();
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (below(middle) <= value) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private long sumBefore(int row) {
        int block = row / BLOCK;
        int offset = row % BLOCK;
        if (offset <= BLOCK / 2) {
            return sums.get(block) + sum(row - offset, row);
        }
        return sums.get(block + 1) - sum(row, (block + 1) * BLOCK);
    }

    private long sum(int from, int to) {
        long sum = 0;
        for (int row = from; row < to; row++) {
            sum += exponentials.get(row);
        }
        return sum;
    }
}
