package io.codelength.engine.cpu;

import com.sun.jna.Pointer;
import java.lang.ref.Cleaner;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of the head stand for which symbol: rows of one symbol are neighbours, and a symbol may have none, which then
 * has frequency 1.
 */
final class HeadSymbols {
    private static final Cleaner CLEANER = Cleaner.create();

    private final int symbolCount;
    private final boolean oneRowEach;
    private final int[] firstRow; // [symbolCount + 1] rows of all symbols before
    private final int[] rowless; // [symbolCount + 1] symbols before that have no row
    private @Nullable Pointer forMixing;

    /** @param headSymbols [headRows] non-decreasing */
    HeadSymbols(int[] headSymbols, int symbolCount) {
        this.symbolCount = symbolCount;
        firstRow = new int[symbolCount + 1];
        rowless = new int[symbolCount + 1];
        int row = 0;
        boolean single = true;
        for (int symbol = 0; symbol < symbolCount; symbol++) {
            int first = row;
            while (row < headSymbols.length && headSymbols[row] == symbol) {
                row++;
            }
            firstRow[symbol + 1] = row;
            rowless[symbol + 1] = rowless[symbol] + (row == first ? 1 : 0);
            single &= row == first + 1;
        }
        oneRowEach = single;
    }

    /** The same for native mixing, made for the first who asks. */
    synchronized Pointer forMixing() {
        if (forMixing == null) {
            Pointer made = MixingKernels.cl_head_create(firstRow[symbolCount], symbolCount, firstRow, rowless);
            if (made == null) {
                throw new OutOfMemoryError("no native memory for the symbols of a head");
            }
            CLEANER.register(this, () -> MixingKernels.cl_head_free(made));
            forMixing = made;
        }
        return forMixing;
    }

    int symbolCount() {
        return symbolCount;
    }

    /** Whether symbols and rows are the same. */
    boolean oneRowEach() {
        return oneRowEach;
    }

    /** Makes them known to a model in native memory, which codes by them. */
    void give(KernelFunctions kernels, Pointer model) {
        int code = kernels.cl_symbols(model, symbolCount, firstRow, rowless);
        if (code != 0) {
            throw new IllegalStateException(
                    "%d symbols of the head were refused by the kernels with code %d".formatted(symbolCount, code));
        }
    }

    /** Rows of all symbols before this one. */
    int firstRow(int symbol) {
        return firstRow[symbol];
    }

    /** Symbols before this one that have no row. */
    int rowlessBefore(int symbol) {
        return rowless[symbol];
    }
}
