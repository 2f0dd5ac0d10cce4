package io.codelength.model;

/**
 * Matrix products in float64 whose every sum runs over k = 0, 1, 2 … with one rounding a product and one an addition. The
 * order is that of the definition, so blocking and threads change nothing: each output element belongs to one thread.
 */
final class Products {
    private Products() {}

    /**
     * {@code out[i, j] = Σ_k left[i, k] · right[k, j]} for rows {@code fromRow ≤ i < toRow}.
     *
     * <p>Written as additions of multiples of right's rows, so that the inner loop runs over independent elements and the
     * compiler may use vector instructions without touching the order of any sum.
     *
     * @param left [rows, inner]
     * @param right [inner, columns]
     * @param out [rows, columns], zero in these rows
     */
    static void multiply(double[] left, double[] right, double[] out, int inner, int columns, int fromRow, int toRow) {
        int row = fromRow;
        for (; row + 2 <= toRow; row += 2) {
            int k = 0;
            for (; k + 4 <= inner; k += 4) {
                addFourToTwo(left, right, out, row, k, inner, columns);
            }
            for (; k < inner; k++) {
                addOne(left[row * inner + k], right, k * columns, out, row * columns, columns);
                addOne(left[(row + 1) * inner + k], right, k * columns, out, (row + 1) * columns, columns);
            }
        }
        for (; row < toRow; row++) {
            for (int k = 0; k < inner; k++) {
                addOne(left[row * inner + k], right, k * columns, out, row * columns, columns);
            }
        }
    }

    /** Four steps of k for two rows of the result: right's four rows are loaded once for both. */
    private static void addFourToTwo(
            double[] left, double[] right, double[] out, int row, int k, int inner, int columns) {
        double a0 = left[row * inner + k];
        double a1 = left[row * inner + k + 1];
        double a2 = left[row * inner + k + 2];
        double a3 = left[row * inner + k + 3];
        double b0 = left[(row + 1) * inner + k];
        double b1 = left[(row + 1) * inner + k + 1];
        double b2 = left[(row + 1) * inner + k + 2];
        double b3 = left[(row + 1) * inner + k + 3];
        int r0 = k * columns;
        int r1 = r0 + columns;
        int r2 = r1 + columns;
        int r3 = r2 + columns;
        int outA = row * columns;
        int outB = outA + columns;
        for (int j = 0; j < columns; j++) {
            double x0 = right[r0 + j];
            double x1 = right[r1 + j];
            double x2 = right[r2 + j];
            double x3 = right[r3 + j];
            out[outA + j] = out[outA + j] + a0 * x0 + a1 * x1 + a2 * x2 + a3 * x3;
            out[outB + j] = out[outB + j] + b0 * x0 + b1 * x1 + b2 * x2 + b3 * x3;
        }
    }

    private static void addOne(double factor, double[] right, int from, double[] out, int to, int columns) {
        for (int j = 0; j < columns; j++) {
            out[to + j] += factor * right[from + j];
        }
    }

    /** [columns, rows] of [rows, columns]. */
    static double[] transpose(double[] matrix, int rows, int columns) {
        double[] transposed = new double[matrix.length];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                transposed[column * rows + row] = matrix[row * columns + column];
            }
        }
        return transposed;
    }
}
