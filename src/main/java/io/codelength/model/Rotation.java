package io.codelength.model;

/**
 * The fixed orthogonal matrices of the import, the same bytes everywhere: integers from SplitMix64 (Steele, Lea, Flood,
 * "Fast splittable pseudorandom number generators", 2014) made orthonormal by modified Gram–Schmidt with {@code + − × ÷
 * sqrt} in float64, every sum from index 0 upwards. Gram–Schmidt runs twice, because one pass leaves errors of the size of
 * the condition number and a second brings them to the size of a rounding ("twice is enough", Kahan and Parlett).
 */
final class Rotation {
    /** The residual stream's generator starts here. The digits are those of the golden ratio, as good as any. */
    private static final long RESIDUAL_SEED = 0x9e3779b97f4a7c15L;

    private static final long GAMMA = 0x9e3779b97f4a7c15L;

    private Rotation() {}

    /** [size, size] for the residual stream. */
    static double[] residual(int size) {
        return orthogonal(size, RESIDUAL_SEED);
    }

    /** [size, size] for the values of one layer, shared by its heads. */
    static double[] values(int size, int layer) {
        return orthogonal(size, RESIDUAL_SEED ^ (layer + 1L) << 32);
    }

    /** [size, size] row-major, rows (and so columns) orthonormal. */
    static double[] orthogonal(int size, long seed) {
        double[] matrix = new double[size * size];
        long state = seed;
        for (int i = 0; i < matrix.length; i++) {
            state += GAMMA;
            matrix[i] = bell(mix(state));
        }
        makeOrthonormal(matrix, size);
        makeOrthonormal(matrix, size);
        return matrix;
    }

    /** The finaliser of SplitMix64. */
    private static long mix(long state) {
        long z = (state ^ state >>> 30) * 0xbf58476d1ce4e5b9L;
        z = (z ^ z >>> 27) * 0x94d049bb133111ebL;
        return z ^ z >>> 31;
    }

    /** The sum of the four signed 16-bit quarters: an integer whose distribution is nearly normal, so no axis is preferred. */
    private static double bell(long bits) {
        return (short) bits + (short) (bits >> 16) + (short) (bits >> 32) + (short) (bits >> 48);
    }

    /** Makes row after row a unit vector and takes it out of all rows that follow. */
    private static void makeOrthonormal(double[] matrix, int size) {
        double[] unit = new double[size];
        double[] products = new double[size];
        for (int row = 0; row < size; row++) {
            double squares = 0;
            for (int i = 0; i < size; i++) {
                squares += matrix[row * size + i] * matrix[row * size + i];
            }
            double length = Math.sqrt(squares);
            for (int i = 0; i < size; i++) {
                unit[i] = matrix[row * size + i] / length;
                matrix[row * size + i] = unit[i];
            }
            removeFromRowsBehind(matrix, size, row, unit, products);
        }
    }

    private static void removeFromRowsBehind(double[] matrix, int size, int row, double[] unit, double[] products) {
        int other = row + 1;
        // Four rows at a time, since the sum of one row is a chain in which each addition waits for the one before.
        for (; other + 4 <= size; other += 4) {
            int a = other * size;
            int b = a + size;
            int c = b + size;
            int d = c + size;
            double sumA = 0;
            double sumB = 0;
            double sumC = 0;
            double sumD = 0;
            for (int i = 0; i < size; i++) {
                sumA += unit[i] * matrix[a + i];
                sumB += unit[i] * matrix[b + i];
                sumC += unit[i] * matrix[c + i];
                sumD += unit[i] * matrix[d + i];
            }
            products[other] = sumA;
            products[other + 1] = sumB;
            products[other + 2] = sumC;
            products[other + 3] = sumD;
        }
        for (; other < size; other++) {
            double sum = 0;
            for (int i = 0; i < size; i++) {
                sum += unit[i] * matrix[other * size + i];
            }
            products[other] = sum;
        }
        for (other = row + 1; other < size; other++) {
            double product = products[other];
            for (int i = 0; i < size; i++) {
                matrix[other * size + i] -= product * unit[i];
            }
        }
    }
}
