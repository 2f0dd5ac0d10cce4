package io.codelength.exact;

import java.math.BigInteger;

/**
 * The one table of exponentials: {@code EXP2[i] = rint(2^30 · 2^(−i/1024))} for {@code 0 ≤ i < 31·1024}
 * ({@code docs/arithmetic.md}, "Exponentials"). Made with integers only, so it is the same everywhere; tests hold it to
 * its hash and to decimal arithmetic.
 */
public final class Exponentials {
    /** Steps an octave. */
    public static final int STEPS = 1_024;

    /** Number of entries. */
    public static final int ENTRIES = 31 * STEPS;

    /** The last index, also as the float32 that differences are cut to. */
    public static final int LAST = ENTRIES - 1;

    /** {@code EXP2[0]}, the largest entry. */
    public static final int ONE = 1 << 30;

    /** SHA-256 of the table, each entry as four bytes, most significant first. */
    public static final String SHA_256 = "f194b98c770bfed540c9bc522ee70db1799a573291527e6db2f406d06b7b7430";

    // 1.5 · 2^23: adding it to |v| < 2^22 in float32 leaves rint(v), half to even, in the low bits of the sum, because
    // floats there are one apart and the constant is even.
    private static final float ROUNDER = 12_582_912f;
    private static final int ROUNDER_BITS = 0x4B40_0000;

    private static final int[] TABLE = makeTable();

    private Exponentials() {}

    /** The entry at an index in {@code 0 … LAST}. */
    public static int at(int index) {
        return TABLE[index];
    }

    /**
     * {@code EXP2[min(rint(octaves), LAST)]}.
     *
     * @param octaves a difference in 1/1024 octaves, at least 0 and finite
     */
    public static int decay(float octaves) {
        return TABLE[nearestIndex(octaves)];
    }

    /** A copy of the table, for engines that gather from memory of their own. */
    public static int[] table() {
        return TABLE.clone();
    }

    /** {@code min(rint(octaves), LAST)}; LAST is an integer, so cutting before rounding gives the same. */
    static int nearestIndex(float octaves) {
        float cut = octaves < LAST ? octaves : LAST;
        return Float.floatToRawIntBits(cut + ROUNDER) - ROUNDER_BITS;
    }

    /** {@code rint(value)} half to even, for |value| &lt; 2^22. */
    static int rint(float value) {
        return Float.floatToRawIntBits(value + ROUNDER) - ROUNDER_BITS;
    }

    private static int[] makeTable() {
        // 2^(1/1024) by ten integer square roots, in fixed point with 192 fractional bits. Each root is off by less
        // than
        // one unit of the last place and roots halve the relative error they are given, so it is good to 2^-190.
        int bits = 192;
        BigInteger root = BigInteger.TWO.shiftLeft(bits);
        for (int halving = 0; halving < 10; halving++) {
            root = root.shiftLeft(bits).sqrt();
        }
        // 2^(−i/1024) = 2^(k/1024) / 2 with k = 1024 − i, by repeated multiplication; the errors add up to less than
        // 2^-178, while no entry but the exact ones is nearer to a tie than 1.6e-6 of a unit.
        int[] table = new int[ENTRIES];
        BigInteger power = BigInteger.ONE.shiftLeft(bits);
        for (int k = 0; k <= STEPS; k++) {
            // Cutting to 62 bits moves an entry by less than 2^-32 of a unit.
            long fraction = power.shiftRight(bits - 61).longValueExact(); // 2^62 · 2^(k/1024 − 1)
            for (int octave = 0; octave < 31; octave++) {
                int index = octave * STEPS + STEPS - k;
                if (index < ENTRIES) {
                    int shift = 32 + octave;
                    table[index] = (int) ((fraction + (1L << (shift - 1))) >>> shift);
                }
            }
            power = power.multiply(root).shiftRight(bits);
        }
        return table;
    }
}
