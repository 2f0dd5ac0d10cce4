package io.codelength.mix;

/**
 * Adaptive probability map: what log odds turned out to mean in a context, at 33 points with straight lines between
 * ({@code docs/mixing.md}, "Final stage"; Mahoney's APM).
 */
final class ProbabilityMap {
    private static final int POINTS = 33;
    private static final int STEP = 176;
    private static final int RATE = 6;

    private final char[] points; // [contexts][POINTS]
    private int nearest;

    ProbabilityMap(int contexts) {
        points = new char[contexts * POINTS];
        for (int i = 0; i < points.length; i++) {
            points[i] = (char) (Logistic.squash((i % POINTS - POINTS / 2) * STEP) * 65535L / 65536);
        }
    }

    ProbabilityMap(ProbabilityMap other) {
        points = other.points.clone();
        nearest = other.nearest;
    }

    /** Probability in 1/65536. */
    int refine(int logOdds, int context) {
        int x = Math.max(0, Math.min((POINTS - 1) * STEP - 1, logOdds + POINTS / 2 * STEP));
        int low = context * POINTS + x / STEP;
        int weight = x % STEP;
        nearest = weight > STEP / 2 ? low + 1 : low;
        return (points[low] * (STEP - weight) + points[low + 1] * weight) / STEP;
    }

    void learn(int bit) {
        points[nearest] += (char) ((bit * 65535 - points[nearest]) >> RATE);
    }
}
