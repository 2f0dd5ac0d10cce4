package io.codelength.exact;

import java.util.Arrays;

/** Turns rows of float32 into integers with one scale ({@code docs/arithmetic.md}, "Quantising"). */
public final class Quantizer {
    /** A row whose largest magnitude is below this counts as zero: scale 1, all integers 0. */
    public static final float TINY = 0x1p-60f;

    private Quantizer() {}

    /** max |x| of {@code count} finite values, 0 for none. */
    public static float largestMagnitude(float[] x, int from, int count) {
        // Finite floats without their sign order as their bits do; an integer max is cheaper than Math.max, which
        // must tell zeros and NaN apart.
        int largest = 0;
        for (int i = from; i < from + count; i++) {
            largest = Math.max(largest, Float.floatToRawIntBits(x[i]) & 0x7fff_ffff);
        }
        return Float.intBitsToFloat(largest);
    }

    /** {@code s = fl(m / n)}, or 1 for a row that counts as zero. */
    public static float scale(float largestMagnitude, int largestInteger) {
        return largestMagnitude < TINY ? 1f : largestMagnitude / largestInteger;
    }

    /**
     * {@code q_i = rint(fl(x_i / s))}; all 0 for a row that counts as zero.
     *
     * @param x [from … from + count), finite
     * @param largestInteger n; no |q| exceeds it
     * @param q [qFrom … qFrom + count) receives the integers
     * @return s
     */
    public static float quantise(float[] x, int from, int count, int largestInteger, int[] q, int qFrom) {
        return quantise(x, from, count, largestMagnitude(x, from, count), largestInteger, q, qFrom);
    }

    /** The same for a row whose largest magnitude is known. */
    static float quantise(
            float[] x, int from, int count, float largestMagnitude, int largestInteger, int[] q, int qFrom) {
        float s = scale(largestMagnitude, largestInteger);
        if (largestMagnitude < TINY) {
            Arrays.fill(q, qFrom, qFrom + count, 0);
            return s;
        }
        for (int i = 0; i < count; i++) {
            q[qFrom + i] = Exponentials.rint(x[from + i] / s);
        }
        return s;
    }
}
