package io.codelength.exact;

/**
 * What a model may be so that no bound of numeric profile 1 can break. The importer refuses a model beyond them; {@code
 * docs/arithmetic.md} ("Limits" and "Proofs") shows that nothing overflows, and no integer loses a bit, within them.
 */
public final class ProfileLimits {
    /** The profile that this package is. */
    public static final int PROFILE = 1;

    /** Largest width of the residual stream: keeps the sum of squares of a norm below 2^44. */
    public static final int HIDDEN_MAX = 16_384;

    /** Largest width of the SwiGLU layer, and of all query heads together: keeps an 8-bit sum below 2^30. */
    public static final int INNER_MAX = 65_536;

    /** Largest width of one head, which is even: a dot product of two heads stays below 2^24, exact in float32. */
    public static final int HEAD_DIMENSION_MAX = 1_024;

    /** Most transformer blocks. */
    public static final int LAYERS_MAX = 1_024;

    /** Most positions of a window: keeps attention's 255·127 a position below 2^31. */
    public static final int CONTEXT_MAX = 65_536;

    /** Most rows of the head: keeps the total of a row of frequencies below 2^48. */
    public static final int HEAD_ROWS_MAX = (1 << 18) - 1;

    /** Smallest scale of a row of weights other than 0; a row that would need less is stored as zeros with scale 0. */
    public static final float SCALE_MIN = 0x1p-40f;

    /** Largest scale of a row of an embedding or of a layer's matrix. */
    public static final float SCALE_MAX = 0x1p10f;

    /** Largest scale of a row of the head, the factor 1024·log2(e) included. */
    public static final float HEAD_SCALE_MAX = 0x1p21f;

    /** Smallest eps of a norm. */
    public static final double NORM_EPSILON_MIN = 0x1p-40;

    /** Largest eps of a norm. */
    public static final double NORM_EPSILON_MAX = 1;

    /** Largest angle a position, in radians; the smallest is 0. */
    public static final double INVERSE_FREQUENCY_MAX = 16;

    private ProfileLimits() {}

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
            float scale = scales[row];
            // Written so that NaN fails too.
            if (scale != 0 && !(scale >= SCALE_MIN && scale <= largestScale)) {
                throw new IllegalArgumentException("%s, row %d: scale %s is neither 0 nor between %s and %s"
                        .formatted(what, row, scale, SCALE_MIN, largestScale));
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
