package io.codelength.exact;

/** The gated activation of a SwiGLU layer ({@code docs/arithmetic.md}, "SwiGLU"). */
public final class SiLu {
    /** log2(e), the float64 nearest to it. */
    public static final double LOG2_E = 0x1.71547652b82fep0;

    /** {@code 1024·log2(e)} in float64: exact doubling of {@link #LOG2_E}. */
    public static final double OCTAVES_PER_NAT = 1_024 * LOG2_E;

    private static final float SCALE = (float) OCTAVES_PER_NAT;

    private SiLu() {}

    /** {@code fl(fl(gate · sigmoid(gate)) · up)}, the sigmoid from the table of exponentials. */
    public static float gated(float gate, float up) {
        double e = Exponentials.decay(Math.abs(gate) * SCALE);
        double denominator = Exponentials.ONE + e;
        float sigmoid = (float) ((gate >= 0 ? Exponentials.ONE : e) / denominator);
        return gate * sigmoid * up;
    }
}
