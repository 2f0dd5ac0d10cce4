package io.codelength.exact;

/**
 * Linear layers as the profile defines them, written plainly: the check for the fast versions that engines have
 * ({@code docs/arithmetic.md}, "Linear layers").
 */
public final class Linear {
    private Linear() {}

    /** The exact sum {@code Σ_k values[row, k] · q[qFrom + k]}. */
    public static long sum(QuantizedMatrix matrix, int row, int[] q, int qFrom) {
        byte[] values = matrix.values();
        int columns = matrix.columns();
        int base = row * columns;
        long sum = 0;
        for (int k = 0; k < columns; k++) {
            sum += values[base + k] * q[qFrom + k];
        }
        return sum;
    }

    /** {@code fl(float(sum) · fl(s · rowScale))}: the one place where an integer sum becomes float32. */
    public static float output(long sum, float s, float rowScale) {
        return sum * (s * rowScale);
    }

    /** All rows of one matrix for one quantised input: {@code y[yFrom + row]}. */
    public static void apply(QuantizedMatrix matrix, int[] q, int qFrom, float s, float[] y, int yFrom) {
        for (int row = 0; row < matrix.rows(); row++) {
            y[yFrom + row] = output(sum(matrix, row, q, qFrom), s, matrix.scales()[row]);
        }
    }

    /** One row of an embedding: {@code x_i = fl(float(value) · scale)}. */
    public static void embed(QuantizedMatrix embedding, int row, float[] x, int from) {
        int columns = embedding.columns();
        byte[] values = embedding.values();
        float scale = embedding.scales()[row];
        for (int i = 0; i < columns; i++) {
            x[from + i] = values[row * columns + i] * scale;
        }
    }
}
