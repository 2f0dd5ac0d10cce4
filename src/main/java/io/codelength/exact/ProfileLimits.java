package io.codelength.exact;

/**
 * What a model may be so that no bound of numeric profile 1 can break: the one place that says it. The importer refuses a
 * model beyond these limits, so do the reader of exact files and every engine; {@code docs/arithmetic.md} ("Limits" and
 * "Proofs") shows that nothing overflows, and no integer loses a bit, within them.
 */
public final class ProfileLimits {
    /** The profile that this package is. */
    public static final int PROFILE = 1;

    /** Largest width of the residual stream: bounds what follows a norm, and its sum of squares below 2^44. */
    public static final int HIDDEN_MAX = 16_384;

    /** Largest width of the SwiGLU layer, and of all query heads together: keeps an 8-bit sum below 2^30. */
    public static final int INNER_MAX = 65_536;

    /** Most query heads of a layer. */
    public static final int HEADS_MAX = 1_024;

    /** Largest width of one head, which is even: a dot product of two heads stays below 2^24, exact in float32. */
    public static final int HEAD_DIMENSION_MAX = 1_024;

    /** Most transformer blocks. */
    public static final int LAYERS_MAX = 1_024;

    /** Most positions of a window: keeps attention's 255·127 a position below 2^31. */
    public static final int CONTEXT_MAX = 65_536;

    /** Most symbols, and most rows of the head: keeps the total of a row of frequencies below 2^48. */
    public static final int HEAD_ROWS_MAX = (1 << 18) - 1;

    /** Largest magnitude of a weight, as it is published and as it is folded and rotated. */
    public static final double WEIGHT_MAX = 0x1p20;

    /** A row of weights whose largest magnitude is below this counts as zero: all integers 0, scale 1. */
    public static final double WEIGHT_TINY = 0x1p-40;

    /** Smallest scale of a row of weights, below {@link #WEIGHT_TINY} / 127. */
    public static final float SCALE_MIN = 0x1p-47f;

    /** Largest scale of a row of an embedding or of a layer's matrix, above {@link #WEIGHT_MAX} / 127. */
    public static final float SCALE_MAX = 0x1p14f;

    /** Largest scale of a row of the head, above 1024·log2(e) times {@link #WEIGHT_MAX} / 127. */
    public static final float HEAD_SCALE_MAX = 0x1p24f;

    /** Smallest eps of a norm. */
    public static final double NORM_EPSILON_MIN = 1e-12;

    /** Largest eps of a norm. */
    public static final double NORM_EPSILON_MAX = 1;

    /** Largest angle a position, in radians; all are more than 0. */
    public static final double INVERSE_FREQUENCY_MAX = 16;

    private ProfileLimits() {}

    /** Whether a row of weights may have this scale; NaN may not. */
    public static boolean isScale(float scale, float largest) {
        return scale >= SCALE_MIN && scale <= largest;
    }

    /** Whether positions may turn by this angle; NaN may not. */
    public static boolean isInverseFrequency(double radians) {
        return radians > 0 && radians <= INVERSE_FREQUENCY_MAX;
    }

    /**
     * Refuses a matrix with a scale out of range or a weight of −128.
     *
     * @param what names the matrix in the error
     * @param largestScale {@link #SCALE_MAX} or {@link #HEAD_SCALE_MAX}
     * @throws IllegalArgumentException naming the row
     */
    public static void requireMatrix(String what, QuantizedMatrix matrix, float largestScale) {
        float[] scales = matrix.scales();
        for (int row = 0; row < scales.length; row++) {
            if (!isScale(scales[row], largestScale)) {
                throw new IllegalArgumentException("%s, row %d: scale %s is not between %s and %s"
                        .formatted(what, row, scales[row], SCALE_MIN, largestScale));
            }
        }
        byte[] values = matrix.values();
        for (int index = 0; index < values.length; index++) {
            if (values[index] == Byte.MIN_VALUE) {
                throw new IllegalArgumentException("%s, row %d, column %d: weight -128, the least is -127"
                        .formatted(what, index / matrix.columns(), index % matrix.columns()));
            }
        }
    }
}
