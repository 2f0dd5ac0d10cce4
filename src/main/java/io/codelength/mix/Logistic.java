package io.codelength.mix;

/**
 * Probabilities and their log odds as integers, by tables: {@code squash(x) = 65536 / (1 + e^(−x/256))} and its inverse
 * ({@code docs/mixing.md}, "Domain").
 */
final class Logistic {
    /** Log odds are limited to ± this many 1/256 nats. */
    static final int MAX = LogOdds.MAX;

    private static final short[] STRETCH = new short[1 << 12];
    private static final char[] SQUASH = new char[2 * MAX + 1];

    static {
        for (int x = -MAX; x <= MAX; x++) {
            double value = Math.floor(65536 / (1 + StrictMath.exp(-x / 256.0)) + 0.5);
            SQUASH[x + MAX] = (char) Math.max(1, Math.min(65535, value));
        }
        for (int p = 0; p < STRETCH.length; p++) {
            double probability = (p + 0.5) / STRETCH.length;
            double value = Math.floor(256 * StrictMath.log(probability / (1 - probability)) + 0.5);
            STRETCH[p] = (short) Math.max(-MAX, Math.min(MAX, value));
        }
    }

    private Logistic() {}

    /** Log odds of a probability, 0 to 65535 of 65536. */
    static int stretch(int probability) {
        return STRETCH[probability >>> 4];
    }

    /** Probability, 1 to 65535 of 65536, of log odds of any size. */
    static int squash(int logOdds) {
        return SQUASH[limit(logOdds) + MAX];
    }

    static int limit(int logOdds) {
        return Math.max(-MAX, Math.min(MAX, logOdds));
    }
}
