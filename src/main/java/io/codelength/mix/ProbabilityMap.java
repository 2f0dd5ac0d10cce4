package io.codelength.mix;

/**
 * Adaptive probability map: what log odds turned out to mean in a context, at 45 points with straight lines between
 * ({@code docs/mixing.md}, "Final stage"; Mahoney's APM).
 */
final class ProbabilityMap {
    static final int POINTS = 45;
    private static final int STEP = 128;
    private static final int RATE = 6;

    private final char[] points; // [contexts][POINTS]
    private int nearest;

    ProbabilityMap(int contexts) {
        points = new char[contexts * POINTS];
        for (int i = 0; i < points.length; i++) {
            points[i] = (char) Logistic.squash((i % POINTS - POINTS / 2) * STEP);
        }
    }

    ProbabilityMap(ProbabilityMap other) {
        points = other.points.clone();
        nearest = other.nearest;
    }

    /**
     * Probability in 1/65536.
     *
     * @param logOdds within ± {@link Logistic#MAX}
     */
    int refine(int logOdds, int context) {
        int x = logOdds + POINTS / 2 * STEP;
        int low = context * POINTS + x / STEP;
        int weight = x % STEP;
        nearest = weight >= STEP / 2 ? low + 1 : low;
        return (points[low] * (STEP - weight) + points[low + 1] * weight) / STEP;
    }

    void learn(int bit) {
        points[nearest] += (char) ((bit * 65535 - points[nearest] + (1 << (RATE - 1))) >> RATE);
    }
}
