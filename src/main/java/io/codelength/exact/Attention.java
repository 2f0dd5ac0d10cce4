package io.codelength.exact;

/**
 * Softmax of one query over the positions it may see, in integers ({@code docs/arithmetic.md}, "Attention"). Products of
 * queries with keys, and of weights with values, are sums of integers that callers make in any order.
 */
public final class Attention {
    /** Largest quantised weight of a position. */
    public static final int WEIGHT_MAX = 255;

    private Attention() {}

    /** {@code (float) (1024·log2(e) / sqrt(headDimension))}: from products of heads to 1/1024 octaves. */
    public static float scoreScale(int headDimension) {
        return (float) (SiLu.OCTAVES_PER_NAT / Math.sqrt(headDimension));
    }

    /**
     * Turns integer scores into integer weights.
     *
     * @param dots [positions] exact dot products of the quantised query with the quantised keys; replaced by the weights p,
     *     0 … 255
     * @param positions number of positions seen, at least 1
     * @param queryScale {@code fl(q_scale · scoreScale)}
     * @param keyScales the key scale of position j is {@code keyScales[keyFrom + j]}
     * @param valueScales likewise
     * @param scratch [positions] of no meaning before or after
     * @return {@code (float) (double(ps) / double(Σ e))}, the scale of the weighted sums of values
     */
    public static float weights(
            int[] dots,
            int positions,
            float queryScale,
            float[] keyScales,
            int keyFrom,
            float[] valueScales,
            int valueFrom,
            float[] scratch) {
        float max = Float.NEGATIVE_INFINITY;
        for (int j = 0; j < positions; j++) {
            float t = dots[j] * (queryScale * keyScales[keyFrom + j]);
            scratch[j] = t;
            max = t > max ? t : max;
        }
        long sum = 0;
        float largest = 0;
        for (int j = 0; j < positions; j++) {
            int e = Exponentials.decay(max - scratch[j]);
            sum += e;
            float w = e * valueScales[valueFrom + j];
            scratch[j] = w;
            largest = w > largest ? w : largest;
        }
        float ps = largest / WEIGHT_MAX;
        for (int j = 0; j < positions; j++) {
            dots[j] = Exponentials.rint(scratch[j] / ps);
        }
        return (float) ((double) ps / (double) sum);
    }
}
