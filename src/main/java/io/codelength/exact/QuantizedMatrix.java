package io.codelength.exact;

/**
 * A matrix of int8 weights with one float32 scale a row: {@code y[r] = float(sum_k values[r,k]·q[k]) · (s · scales[r])}.
 *
 * @param rows output channels, or tokens for an embedding
 * @param columns input channels
 * @param values [rows, columns] row-major, each in [-127, 127]; not copied, never changed
 * @param scales [rows], finite, at least 0; not copied, never changed
 * @param input the width to which this matrix wants its activations quantised; of no meaning for an embedding
 */
public record QuantizedMatrix(int rows, int columns, byte[] values, float[] scales, ActivationWidth input) {
    public QuantizedMatrix {
        if (rows < 1 || columns < 1 || (long) rows * columns != values.length || scales.length != rows) {
            throw new IllegalArgumentException("matrix of %d x %d with %d values and %d scales"
                    .formatted(rows, columns, values.length, scales.length));
        }
    }
}
