package io.codelength.exact;

/**
 * Cosines and sines of rotary positions, float32 of {@link StrictMath} ({@code docs/arithmetic.md}, "Rotary positions").
 * Immutable; the start symbol of a window has position 0.
 */
public final class RotaryTable {
    private final int half;
    private final int positions;
    private final float[] cosines; // [positions, half]
    private final float[] sines;

    /** @param inverseFrequencies [headDimension / 2] radians a position */
    public RotaryTable(double[] inverseFrequencies, int positions) {
        this.half = inverseFrequencies.length;
        this.positions = positions;
        cosines = new float[Math.multiplyExact(positions, half)];
        sines = new float[cosines.length];
        for (int position = 0; position < positions; position++) {
            for (int i = 0; i < half; i++) {
                double angle = position * inverseFrequencies[i];
                cosines[position * half + i] = (float) StrictMath.cos(angle);
                sines[position * half + i] = (float) StrictMath.sin(angle);
            }
        }
    }

    /** Number of positions. */
    public int positions() {
        return positions;
    }

    /** Half the width of a head. */
    public int half() {
        return half;
    }

    /** A copy of the cosines, [positions, half]. */
    public float[] cosines() {
        return cosines.clone();
    }

    /** A copy of the sines, [positions, half]. */
    public float[] sines() {
        return sines.clone();
    }

    /** Turns one head's vector, in the order of Hugging Face files: channel i pairs with channel i + half. */
    public void rotate(float[] x, int from, int position) {
        int row = position * half;
        for (int i = 0; i < half; i++) {
            float cos = cosines[row + i];
            float sin = sines[row + i];
            float first = x[from + i];
            float second = x[from + half + i];
            x[from + i] = first * cos - second * sin;
            x[from + half + i] = second * cos + first * sin;
        }
    }
}
