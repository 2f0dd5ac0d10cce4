package io.codelength.mix;

import java.util.Arrays;

/**
 * Natural logarithms of odds in 1/256 nats, in integers: how the mass of the two halves of an interval enters the mixing
 * ({@code docs/mixing.md}, "From tokens to bits"). No division, so it costs little beside a prediction.
 */
public final class LogOdds {
    /** Odds are cut off at e^±11, about 1 to 60,000. */
    public static final int MAX = 2815;

    private static final int MANTISSA_BITS = 12;

    /** Fraction bits of the logarithms before they are subtracted and rounded. */
    private static final int GUARD_BITS = 8;

    private static final double UNIT = 1 << (8 + GUARD_BITS);

    /** {@code round(256 · 2^8 · ln(1 + (m + ½) / 2^12))}: logarithms of mantissas, at the middle of their interval. */
    private static final int[] LOG_OF_MANTISSA = logsOfMantissas();

    /** {@code round(256 · 2^8 · ln 2)}. */
    private static final int LOG_OF_2 = (int) Math.rint(UNIT * StrictMath.log(2));

    private LogOdds() {}

    /** No value lies so near a half that an error of StrictMath's last bit could turn it. */
    private static int[] logsOfMantissas() {
        int[] logs = new int[1 << MANTISSA_BITS];
        for (int m = 0; m < logs.length; m++) {
            logs[m] = (int) Math.rint(UNIT * StrictMath.log(1 + (m + 0.5) / logs.length));
        }
        return logs;
    }

    /**
     * {@code 256 · ln(one / zero)}, rounded to within a unit and limited.
     *
     * @param one mass of the half in question, 1 to 2^48
     * @param zero mass of the other half, 1 to 2^48
     * @return −{@link #MAX} to {@link #MAX}
     */
    public static int of(long one, long zero) {
        int odds = (log(one) - log(zero) + (1 << (GUARD_BITS - 1))) >> GUARD_BITS;
        return Math.max(-MAX, Math.min(MAX, odds));
    }

    /** In 1/65536 nats: the logarithm of each mantissa, and behind them that of 2. */
    static int[] logsOfMantissasAndTwo() {
        int[] logs = Arrays.copyOf(LOG_OF_MANTISSA, LOG_OF_MANTISSA.length + 1);
        logs[LOG_OF_MANTISSA.length] = LOG_OF_2;
        return logs;
    }

    /** In 1/65536 nats; the value's first 13 bits count. */
    private static int log(long value) {
        int exponent = 63 - Long.numberOfLeadingZeros(value);
        int mantissa = exponent >= MANTISSA_BITS
                ? (int) (value >>> (exponent - MANTISSA_BITS))
                : (int) (value << (MANTISSA_BITS - exponent));
        return exponent * LOG_OF_2 + LOG_OF_MANTISSA[mantissa & ((1 << MANTISSA_BITS) - 1)];
    }
}
