package io.codelength.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.Memory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToLongFunction;

/** Rows as an engine leaves them in native memory, of frequencies that a test made up. */
final class NativeRows {
    private NativeRows() {}

    /**
     * A row with these sums. A symbol's frequency is divided among one to three rows of the head; one of frequency 1 may have
     * no row.
     */
    static NativeRow of(int symbolCount, IntToLongFunction below, Random random) {
        List<Integer> symbols = new ArrayList<>();
        List<Integer> exponentials = new ArrayList<>();
        for (int symbol = 0; symbol < symbolCount; symbol++) {
            int left = Math.toIntExact(below.applyAsLong(symbol + 1) - below.applyAsLong(symbol));
            if (left == 1 && random.nextBoolean() && symbol > 0) {
                continue;
            }
            for (int rows = random.nextInt(3); rows > 0 && left > 1; rows--) {
                int part = 1 + random.nextInt(left - 1);
                symbols.add(symbol);
                exponentials.add(part);
                left -= part;
            }
            symbols.add(symbol);
            exponentials.add(left);
        }
        int blocks = (exponentials.size() + Kernels.BLOCK - 1) / Kernels.BLOCK;
        Memory rows = new Memory(4L * Kernels.BLOCK * blocks);
        rows.clear();
        Memory sums = new Memory(8L * (blocks + 1));
        long sum = 0;
        for (int row = 0; row < blocks * Kernels.BLOCK; row++) {
            if (row % Kernels.BLOCK == 0) {
                sums.setLong(8L * (row / Kernels.BLOCK), sum);
            }
            if (row < exponentials.size()) {
                rows.setInt(4L * row, exponentials.get(row));
                sum += exponentials.get(row);
            }
        }
        sums.setLong(8L * blocks, sum);
        HeadSymbols head =
                new HeadSymbols(symbols.stream().mapToInt(Integer::intValue).toArray(), symbolCount);
        NativeRow made = new NativeRow(head, blocks, rows, sums);
        assertThat(made.total()).isEqualTo(below.applyAsLong(symbolCount));
        return made;
    }
}
