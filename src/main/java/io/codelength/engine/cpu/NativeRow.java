package io.codelength.engine.cpu;

import com.sun.jna.Pointer;
import io.codelength.predict.FrequencyRow;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;

/**
 * A row of frequencies in native memory: the exponentials of the head's rows and sums before every block of them. A sum
 * is made when it is asked for, from the nearer end of a block, so a coder pays for one symbol and not for all.
 */
final class NativeRow implements FrequencyRow {
    private static final int BLOCK = Kernels.BLOCK;

    private final HeadSymbols symbols;
    private final Pointer exponentialsAt;
    private final Pointer sumsAt;
    private final IntBuffer exponentials; // [rows of the head, rounded up to whole blocks]
    private final LongBuffer sums; // [blocks + 1]
    private final int blocks;
    private final long rowlessTotal;

    /**
     * @param exponentials [blocks · {@link Kernels#BLOCK}] where they lie
     * @param sums [blocks + 1] where they lie
     */
    NativeRow(HeadSymbols symbols, int blocks, Pointer exponentials, Pointer sums) {
        this.symbols = symbols;
        this.exponentialsAt = exponentials;
        this.sumsAt = sums;
        this.exponentials = view(exponentials, 4L * BLOCK * blocks).asIntBuffer();
        this.sums = view(sums, 8L * (blocks + 1)).asLongBuffer();
        this.blocks = blocks;
        this.rowlessTotal = symbols.rowlessBefore(symbols.symbolCount());
    }

    private static ByteBuffer view(Pointer memory, long bytes) {
        return memory.getByteBuffer(0, bytes).order(ByteOrder.nativeOrder());
    }

    /** Which rows of the head stand for which symbol. */
    HeadSymbols symbols() {
        return symbols;
    }

    /** Where the exponentials lie, for native code that reads the row itself. */
    Pointer exponentials() {
        return exponentialsAt;
    }

    /** Where the sums before every block lie. */
    Pointer sums() {
        return sumsAt;
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
