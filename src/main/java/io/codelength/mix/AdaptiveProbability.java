package io.codelength.mix;

/**
 * Probabilities that learn, one an int: 22 bits of probability that the bit is 1, then 10 bits that count what was learned.
 * The more, the slower they move ({@code docs/mixing.md}, "Adaptive probabilities").
 */
final class AdaptiveProbability {
    /** A half, with nothing learned. */
    static final int HALF = 1 << 31;

    private static final int COUNT_MASK = 1023;
    private static final int FULL = (1 << 22) - 1;

    /** {@code floor(2^14 / (2n + 3))}: how far to go after n. */
    private static final int[] RATE = new int[COUNT_MASK + 1];

    static {
        for (int n = 0; n <= COUNT_MASK; n++) {
            RATE[n] = (1 << 14) / (2 * n + 3);
        }
    }

    private AdaptiveProbability() {}

    /** The probability {@code parts / of}, with nothing learned. */
    static int of(long parts, long of) {
        return (int) (parts * FULL / of) << 10;
    }

    /** Probability in 1/65536. */
    static int p16(int value) {
        return value >>> 16;
    }

    /** Whether anything was learned. */
    static boolean isNew(int value) {
        return (value & COUNT_MASK) == 0;
    }

    /** @param limit the count does not rise beyond this */
    static int updated(int value, int bit, int limit) {
        int count = value & COUNT_MASK;
        int difference = ((bit << 22) - (value >>> 10)) >> 3;
        int moved = value + (difference * RATE[count] & ~COUNT_MASK);
        return count < limit ? moved + 1 : moved;
    }
}
