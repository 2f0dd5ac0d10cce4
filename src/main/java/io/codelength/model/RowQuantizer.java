package io.codelength.model;

import io.codelength.exact.ProfileLimits;

/**
 * Weights to int8, one float32 scale a row: {@code scale = float(max|w| / 127)}, {@code q = rint(w / scale)} in float64.
 * A row whose largest magnitude is below 2^-40 counts as zero and gets scale 1, so that no scale is zero or close to the
 * subnormal numbers.
 */
final class RowQuantizer {
    private RowQuantizer() {}

    /**
     * Quantises {@code weights[from … from + columns)} to {@code values[to …)}.
     *
     * @return the scale, in [2^-47, 2^14]
     * @throws IllegalArgumentException if a weight is NaN or beyond 2^20
     */
    static float quantize(double[] weights, int from, int columns, byte[] values, int to) {
        double largest = 0;
        for (int i = 0; i < columns; i++) {
            double magnitude = Math.abs(weights[from + i]);
            // Written so that NaN fails.
            if (!(magnitude <= ProfileLimits.WEIGHT_MAX)) {
                throw new IllegalArgumentException("expected at most 2^20 in magnitude, found " + weights[from + i]);
            }
            largest = Math.max(largest, magnitude);
        }
        if (largest < ProfileLimits.WEIGHT_TINY) {
            return 1;
        }
        float scale = (float) (largest / 127);
        for (int i = 0; i < columns; i++) {
            double quantized = Math.rint(weights[from + i] / scale);
            values[to + i] = (byte) Math.max(-127, Math.min(127, quantized));
        }
        return scale;
    }
}
