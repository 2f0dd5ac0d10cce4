package io.codelength.exact;

/**
 * RMS norm without gain (gains are folded into the matrices that follow). The quantised row does not depend on the norm,
 * only its scale does ({@code docs/arithmetic.md}, "Norm").
 */
public final class RmsNorm {
    private static final int FINE = 32_767;

    private RmsNorm() {}

    /**
     * The float32 that a normed row's scale is multiplied by:
     * {@code (float) (1 / sqrt(ss · s2² / d + eps))}.
     */
    public static float factor(float[] x, int from, int count, double normEpsilon) {
        float largest = Quantizer.largestMagnitude(x, from, count);
        float s2 = Quantizer.scale(largest, FINE);
        return factor(squareSum(x, from, count, largest, s2), s2, count, normEpsilon);
    }

    /**
     * The last part of {@link #factor(float[], int, int, double)}, for an engine that has the sum already.
     *
     * @param squareSum ss, the exact sum of {@code rint(fl(x / s2))²}
     * @param s2 {@code fl(m / 32767)}, or 1 for a row that counts as zero
     */
    public static float factor(long squareSum, float s2, int count, double normEpsilon) {
        double square = (double) s2 * (double) s2;
        double mean = ((double) squareSum * square) / count;
        return (float) (1.0 / Math.sqrt(mean + normEpsilon));
    }

    /**
     * Norms and quantises a row for the linear layers that follow.
     *
     * @param factor of this row
     * @param q [qFrom … qFrom + count) receives {@code rint(fl(x / s))}
     * @return {@code a = fl(s · factor)}, to be used as the scale of q
     */
    public static float quantise(float[] x, int from, int count, float factor, int largestInteger, int[] q, int qFrom) {
        return Quantizer.quantise(x, from, count, largestInteger, q, qFrom) * factor;
    }

    private static long squareSum(float[] x, int from, int count, float largest, float s2) {
        if (largest < Quantizer.TINY) {
            return 0;
        }
        long sum = 0;
        for (int i = from; i < from + count; i++) {
            int q = Exponentials.rint(x[i] / s2);
            sum += (long) q * q;
        }
        return sum;
    }
}
