package io.codelength.coding;

import java.util.Arrays;

/**
 * Writes a sequence of choices, each an interval of integers, as one number in the fewest bytes. The mirror image of
 * {@link RangeDecoder}; {@code docs/format.md}, "Range coder", fixes every step.
 *
 * <p>A range coder after Martin (1979) with Schindler's byte-wise renormalisation: the number so far is the bytes written
 * followed by 64 bits of {@code low}; a carry out of those goes into the bytes already written. Not thread-safe.
 */
public final class RangeEncoder {
    /** Totals are below this, so that a step is never coarser than 1/256 of a frequency. */
    public static final long TOTAL_LIMIT = 1L << 48;

    /** Parts that a bit's two intervals share. */
    static final int BIT_TOTAL = 1 << 16;

    /** Renormalisation keeps the range, read as unsigned, at or above this. */
    static final long RANGE_FLOOR = 1L << 56;

    /** A range that is all ones: the whole interval but its last 2^-64. */
    static final long FULL_RANGE = -1L;

    /** How many zero bytes at the end are left out at most; more would let a tiny hostile payload decode for ever. */
    static final int DROPPED_ZEROS_MAX = 8;

    private byte[] bytes = new byte[256];
    private int count;
    private long low;
    private long range = FULL_RANGE;
    private boolean finished;

    /**
     * Narrows the number to one interval of {@code total} parts.
     *
     * @param below first part of the interval, at least 0
     * @param frequency parts in the interval, at least 1
     * @param total parts in all, below 2^48
     * @throws IllegalArgumentException if the interval is not inside the total
     */
    public void encode(long below, long frequency, long total) {
        requireInterval(below, frequency, total);
        if (finished) {
            throw new IllegalStateException("the encoder is finished");
        }
        long part = part(range, total);
        long start = part * below;
        low += start;
        if (Long.compareUnsigned(low, start) < 0) {
            carry();
        }
        // The last interval gets whatever the rounding left over, so that no part of the range is wasted.
        range = below + frequency == total ? range - start : part * frequency;
        while (Long.compareUnsigned(range, RANGE_FLOOR) < 0) {
            append((byte) (low >>> 56));
            low <<= 8;
            range <<= 8;
        }
    }

    /**
     * Codes one bit: the interval [0, one) of 2^16 if it is 1, the rest if it is 0.
     *
     * @param bit 0 or 1
     * @param one parts of 2^16 that belong to 1, 1 to 2^16 − 1
     */
    public void encodeBit(int bit, int one) {
        requireBit(one);
        if (bit == 0) {
            encode(one, BIT_TOTAL - one, BIT_TOTAL);
        } else {
            encode(0, one, BIT_TOTAL);
        }
    }

    /**
     * Ends the number: as few bytes as decide, given that the decoder reads zeros past the end; of more than eight zero
     * bytes at the end only eight are left out.
     *
     * @return the payload, possibly empty
     */
    public byte[] finish() {
        if (finished) {
            throw new IllegalStateException("the encoder is finished");
        }
        finished = true;
        // The range is at least 2^56, so a multiple of 2^56, one byte, always lies inside; a multiple of 2^64, none,
        // may.
        if (!endsInside(-1L)) {
            endsInside(RANGE_FLOOR - 1);
            append((byte) (low >>> 56));
        }
        int end = count;
        while (end > 0 && count - end < DROPPED_ZEROS_MAX && bytes[end - 1] == 0) {
            end--;
        }
        return Arrays.copyOf(bytes, end);
    }

    /** Bytes decided so far; {@link #finish} adds at most one. */
    public int byteCount() {
        return count;
    }

    /** A part's width; for the total of bits without a division. */
    static long part(long range, long total) {
        return total == BIT_TOTAL ? range >>> 16 : Long.divideUnsigned(range, total);
    }

    /** Rounds low up to a number whose bits under the mask are zero, if the range holds one. */
    private boolean endsInside(long mask) {
        long rounded = (low + mask) & ~mask;
        if (Long.compareUnsigned(rounded - low, range) >= 0) {
            return false;
        }
        if (Long.compareUnsigned(rounded, low) < 0) {
            carry();
        }
        low = rounded;
        return true;
    }

    /** Adds one to the bytes written. It ends before the first: the whole number stays below one. */
    private void carry() {
        int at = count - 1;
        while (++bytes[at] == 0) {
            at--;
        }
    }

    private void append(byte value) {
        if (count == bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.addExact(count, count));
        }
        bytes[count++] = value;
    }

    static void requireBit(int one) {
        if (one < 1 || one >= BIT_TOTAL) {
            throw new IllegalArgumentException("probability %d of 65536, must be 1 to 65535".formatted(one));
        }
    }

    static void requireInterval(long below, long frequency, long total) {
        if (total < 1 || total >= TOTAL_LIMIT || below < 0 || frequency < 1 || frequency > total - below) {
            throw new IllegalArgumentException(
                    "interval [%d, %d + %d) of %d, which must be below 2^48".formatted(below, below, frequency, total));
        }
    }
}
