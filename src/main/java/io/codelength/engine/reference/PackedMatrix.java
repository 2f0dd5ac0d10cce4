package io.codelength.engine.reference;

import io.codelength.exact.ActivationWidth;
import io.codelength.exact.QuantizedMatrix;
import java.util.Arrays;

/**
 * A matrix laid out for {@link MultiplyAdd}: tiles of at most 256 output channels; in a tile, for every four input channels,
 * one array of words, a word an output channel. One byte of memory a weight.
 */
final class PackedMatrix {
    private static final int TILE_MAX = 256;

    // 15-bit inputs: 1024·16383·127 < 2^31, so int sums hold so many columns; wider matrices join blocks in long.
    private static final int FINE_COLUMNS = 1_024;

    private final int rows;
    private final int quads; // words a channel: columns / 4, rounded up
    private final int tileRows;
    private final int tiles;
    private final int[][] words; // [tiles · quads][rows of the tile]
    private final float[] scales;
    private final ActivationWidth input;
    private final int quadsAtOnce;

    PackedMatrix(QuantizedMatrix matrix) {
        rows = matrix.rows();
        quads = (matrix.columns() + 3) / 4;
        scales = matrix.scales();
        input = matrix.input();
        quadsAtOnce = input == ActivationWidth.BITS_8 ? quads : Math.min(quads, FINE_COLUMNS / 4);
        // At least two tiles where that makes sense, so that two threads can share one row's product.
        int wanted = Math.max((rows + TILE_MAX - 1) / TILE_MAX, rows >= 64 ? 2 : 1);
        tileRows = ((rows + wanted - 1) / wanted + 15) / 16 * 16;
        tiles = (rows + tileRows - 1) / tileRows;
        words = new int[tiles * quads][];
        for (int tile = 0; tile < tiles; tile++) {
            for (int quad = 0; quad < quads; quad++) {
                words[tile * quads + quad] = pack(matrix, tile * tileRows, 4 * quad);
            }
        }
    }

    private int[] pack(QuantizedMatrix matrix, int firstRow, int firstColumn) {
        int columns = matrix.columns();
        byte[] values = matrix.values();
        int[] packed = new int[Math.min(tileRows, rows - firstRow)];
        int lanes = Math.min(4, columns - firstColumn);
        for (int o = 0; o < packed.length; o++) {
            int base = (firstRow + o) * columns + firstColumn;
            for (int lane = 0; lane < lanes; lane++) {
                packed[o] = MultiplyAdd.withByte(packed[o], lane, values[base + lane]);
            }
        }
        return packed;
    }

    int rows() {
        return rows;
    }

    int tiles() {
        return tiles;
    }

    ActivationWidth input() {
        return input;
    }

    /**
     * One tile of the product for some rows of input: {@code y[row · yStride + o] = fl(float(sum) · fl(s · scale_o))}.
     *
     * @param add whether to add to what is in y, {@code fl(y + …)}, instead of replacing it
     */
    void multiply(
            int tile, QuantizedRows in, int rowFrom, int rowTo, Scratch scratch, float[] y, int yStride, boolean add) {
        int first = tile * tileRows;
        int count = Math.min(tileRows, rows - first);
        for (int row = rowFrom; row < rowTo; row++) {
            float s = in.scale(row);
            int target = row * yStride + first;
            if (quadsAtOnce == quads) {
                sum(tile, 0, quads, in.values(), in.from(row), scratch.sums, count);
                store(scratch.sums, s, first, count, y, target, add);
            } else {
                Arrays.fill(scratch.longSums, 0, count, 0);
                for (int quad = 0; quad < quads; quad += quadsAtOnce) {
                    int until = Math.min(quads, quad + quadsAtOnce);
                    sum(tile, quad, until, in.values(), in.from(row), scratch.sums, count);
                    join(scratch.sums, scratch.longSums, count);
                }
                store(scratch.longSums, s, first, count, y, target, add);
            }
        }
    }

    private void sum(int tile, int quadFrom, int quadTo, int[] q, int from, int[] sums, int count) {
        int total = 0;
        for (int k = from + 4 * quadFrom; k < from + 4 * quadTo; k++) {
            total += q[k];
        }
        Arrays.fill(sums, 0, count, -128 * total);
        for (int quad = quadFrom; quad < quadTo; quad++) {
            int k = from + 4 * quad;
            MultiplyAdd.packed(words[tile * quads + quad], q[k], q[k + 1], q[k + 2], q[k + 3], sums, count);
        }
    }

    private static void join(int[] sums, long[] longSums, int count) {
        for (int o = 0; o < count; o++) {
            longSums[o] += sums[o];
        }
    }

    private void store(int[] sums, float s, int first, int count, float[] y, int target, boolean add) {
        for (int o = 0; o < count; o++) {
            float output = sums[o] * (s * scales[first + o]);
            y[target + o] = add ? y[target + o] + output : output;
        }
    }

    private void store(long[] sums, float s, int first, int count, float[] y, int target, boolean add) {
        for (int o = 0; o < count; o++) {
            float output = sums[o] * (s * scales[first + o]);
            y[target + o] = add ? y[target + o] + output : output;
        }
    }

    /** What one thread needs to multiply a tile. */
    static final class Scratch {
        final int[] sums = new int[TILE_MAX];
        final long[] longSums = new long[TILE_MAX];
    }
}
