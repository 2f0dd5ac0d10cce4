package io.codelength.mix;

/**
 * The tables that {@code docs/mixing.md} fixes, for implementations in other languages, which then need no logarithm of their
 * own. Every call returns a new array.
 */
public final class MixingTables {
    private MixingTables() {}

    /** Log odds of the probability {@code (p + ½) / 4096}. */
    public static short[] stretch() {
        short[] values = new short[1 << 12];
        for (int p = 0; p < values.length; p++) {
            values[p] = (short) Logistic.stretch(p << 4);
        }
        return values;
    }

    /** Probability in 1/65536 of the log odds from −{@link LogOdds#MAX} to {@link LogOdds#MAX}. */
    public static char[] squash() {
        char[] values = new char[2 * Logistic.MAX + 1];
        for (int i = 0; i < values.length; i++) {
            values[i] = (char) Logistic.squash(i - Logistic.MAX);
        }
        return values;
    }

    /** [states, 2] the state after a bit. */
    public static byte[] nextStates() {
        byte[] values = new byte[2 * CounterStates.count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = CounterStates.next(i >> 1, i & 1);
        }
        return values;
    }

    /** [states] bits that a state remembers. */
    public static byte[] totals() {
        byte[] values = new byte[CounterStates.count()];
        for (int state = 0; state < values.length; state++) {
            values[state] = (byte) CounterStates.total(state);
        }
        return values;
    }

    /** [states] the adaptive probability that a state means before anything was learned. */
    public static int[] meanings() {
        return ContextMixer.newMeanings();
    }

    /** [4097] natural logarithms in 1/65536 of {@code 1 + (m + ½) / 4096}, and that of 2: what {@link LogOdds} adds up. */
    public static int[] logarithms() {
        return LogOdds.logsOfMantissasAndTwo();
    }

    /** The text that is learned before every frame. */
    public static byte[] prior() {
        return Prior.text().clone();
    }

    /** Bytes of memory of one frame in work, its text not counted. */
    public static long frameBytes(int textBytes, int memoryBits) {
        return ContextMixer.bytes(textBytes, memoryBits);
    }
}
