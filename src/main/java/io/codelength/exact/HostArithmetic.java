package io.codelength.exact;

/**
 * Whether this thread computes float32 as IEEE-754 says. A native library built with fast-math may have changed the
 * floating-point control word of the thread that loaded it; then subnormal numbers vanish or rounding differs, and nothing
 * computed here could be trusted.
 */
public final class HostArithmetic {
    // Fields, not constants: the compiler must not do these sums at compile time.
    private static volatile float smallestNormal = Float.MIN_NORMAL;
    private static volatile float smallest = Float.MIN_VALUE;
    private static volatile float one = 1f;
    private static volatile float halfUnit = 0x1p-24f;

    private HostArithmetic() {}

    /**
     * Asked at the start of every call that computes; costs nanoseconds.
     *
     * @throws IllegalStateException if subnormals are flushed or rounding is not to nearest even
     */
    public static void verify() {
        float halved = smallestNormal * 0.5f;
        float normalAgain = smallest * 0x1p23f;
        float tieToEven = one + halfUnit;
        float tieToEvenUp = (one + 0x1p-23f) + halfUnit;
        boolean sound = halved == Float.intBitsToFloat(0x0040_0000)
                && Float.floatToRawIntBits(halved) == 0x0040_0000
                && Float.floatToRawIntBits(normalAgain) == 0x0080_0000
                && tieToEven == 1f
                && tieToEvenUp == 1f + 0x1p-22f;
        if (!sound) {
            throw new IllegalStateException("this thread's floating-point control word was changed (flush to zero or "
                    + "another rounding); numeric profile 1 needs IEEE-754 defaults. A native library built with "
                    + "fast-math is the usual cause.");
        }
    }
}
