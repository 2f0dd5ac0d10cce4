package io.codelength.engine.reference;

import io.codelength.exact.Quantizer;
import io.codelength.exact.RmsNorm;

/** The quantised inputs of a block of rows: [rows, columns rounded up to a multiple of four], and a scale a row. */
final class QuantizedRows {
    private final int columns;
    private final int stride;
    private final int largest;
    private final int[] values; // the up to three columns of padding stay 0
    private final float[] scales;

    QuantizedRows(int rows, int columns, int largestInteger) {
        this.columns = columns;
        this.stride = (columns + 3) / 4 * 4;
        this.largest = largestInteger;
        this.values = new int[rows * stride];
        this.scales = new float[rows];
    }

    int[] values() {
        return values;
    }

    int from(int row) {
        return row * stride;
    }

    float scale(int row) {
        return scales[row];
    }

    /** Quantises a row as it is. */
    void quantise(int row, float[] x, int from) {
        scales[row] = Quantizer.quantise(x, from, columns, largest, values, row * stride);
    }

    /** Quantises a row behind a norm. */
    void quantiseNormed(int row, float[] x, int from, float normFactor) {
        scales[row] = RmsNorm.quantise(x, from, columns, normFactor, largest, values, row * stride);
    }
}
