package io.codelength.coding;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Reads back the choices that a {@link RangeEncoder} wrote: {@link #target} says which part of the total the number points
 * at, the caller finds the interval that holds it, {@link #advance} enters that interval. Past the end it reads zeros, but
 * no further than a payload of the encoder can need. Not thread-safe.
 */
public final class RangeDecoder {
    /** Bytes that one symbol reads at most: totals are below 2^48, so the range stays at least 2^8 before bytes are read. */
    public static final int SYMBOL_BYTES_MAX = 6;

    /** Bytes of the number in hand. */
    private static final int WINDOW_BYTES = 8;

    private final byte[] bytes;
    private final int end;
    private int at;
    private int pastEnd;
    private long code; // the number less the encoder's low
    private long range = RangeEncoder.FULL_RANGE;

    /**
     * Starts to read.
     *
     * @param bytes where the payload lies; not copied
     * @param from first byte of the payload
     * @param count bytes of the payload, possibly none
     */
    public RangeDecoder(byte[] bytes, int from, int count) {
        Objects.checkFromIndexSize(from, count, bytes.length);
        this.bytes = bytes;
        this.at = from;
        this.end = from + count;
        for (int i = 0; i < WINDOW_BYTES; i++) {
            shiftIn();
        }
    }

    /**
     * Which part the number points at.
     *
     * @param total parts in all, below 2^48, as the encoder was told
     * @return 0 to {@code total - 1}
     * @throws InvalidCodeException if the payload cannot come from the encoder
     */
    public long target(long total) {
        RangeEncoder.requireInterval(0, 1, total);
        requireInside();
        long part = RangeEncoder.part(range, total);
        long target = Long.divideUnsigned(code, part);
        // What the rounding left over belongs to the last interval.
        return Long.compareUnsigned(target, total) < 0 ? target : total - 1;
    }

    /**
     * Enters the interval that holds the last target, with the same three numbers that the encoder was given.
     *
     * @throws IllegalArgumentException if the interval does not hold it
     */
    public void advance(long below, long frequency, long total) {
        RangeEncoder.requireInterval(below, frequency, total);
        long part = RangeEncoder.part(range, total);
        long start = part * below;
        long rest = below + frequency == total ? range - start : part * frequency;
        if (Long.compareUnsigned(code, start) < 0 || Long.compareUnsigned(code - start, rest) >= 0) {
            throw new IllegalArgumentException(
                    "interval [%d, %d + %d) of %d does not hold the target".formatted(below, below, frequency, total));
        }
        code -= start;
        range = rest;
        renormalise();
    }

    private void requireInside() {
        if (Long.compareUnsigned(code, range) >= 0) {
            throw new InvalidCodeException("the coded number lies outside every interval");
        }
        if (pastEnd > WINDOW_BYTES + RangeEncoder.DROPPED_ZEROS_MAX) {
            throw new InvalidCodeException("the payload ends %d bytes before its symbols do".formatted(pastEnd));
        }
    }

    private void renormalise() {
        while (Long.compareUnsigned(range, RangeEncoder.RANGE_FLOOR) < 0) {
            shiftIn();
            range <<= 8;
        }
    }

    /**
     * Reads one bit that {@link RangeEncoder#encodeBit} wrote.
     *
     * @param one parts of 2^16 that belong to 1, as the encoder was told
     * @return 0 or 1
     * @throws InvalidCodeException if the payload cannot come from the encoder
     */
    public int decodeBit(int one) {
        RangeEncoder.requireBit(one);
        requireInside();
        long split = (range >>> 16) * one;
        int bit = Long.compareUnsigned(code, split) < 0 ? 1 : 0;
        if (bit == 1) {
            range = split;
        } else {
            code -= split;
            range -= split;
        }
        renormalise();
        return bit;
    }

    /**
     * Says that the last symbol was read.
     *
     * @throws InvalidCodeException if the payload is longer or shorter than the encoder makes it for these symbols
     */
    public void finish() {
        // The encoder shifted out as many bytes as were shifted in beyond the first eight, and added at most one.
        int unread = end - at;
        if (unread > 0 || pastEnd < WINDOW_BYTES - 1) {
            throw new InvalidCodeException(
                    "the payload has %d bytes more than its symbols".formatted(unread + WINDOW_BYTES - 1 - pastEnd));
        }
        if (pastEnd > WINDOW_BYTES + RangeEncoder.DROPPED_ZEROS_MAX) {
            throw new InvalidCodeException("the payload ends %d bytes before its symbols do".formatted(pastEnd));
        }
    }

    // Where decoding stands, for code elsewhere that takes the same steps for many decoders at once.

    /** The number in hand less the encoder's low. */
    public long code() {
        return code;
    }

    /** The range, unsigned, at least 2^56. */
    public long range() {
        return range;
    }

    /** Bytes read past the end. */
    public int pastEnd() {
        return pastEnd;
    }

    /**
     * Copies the bytes that come next and stays where it is.
     *
     * @param most how many are wanted
     * @return how many there are
     */
    public int peek(ByteBuffer target, int most) {
        int count = Math.min(most, end - at);
        target.put(bytes, at, count);
        return count;
    }

    /**
     * Goes on from where other code arrived that began at this state.
     *
     * @param bytesRead of those that {@link #peek} gave
     */
    public void resume(long newCode, long newRange, int bytesRead, int newPastEnd) {
        if (bytesRead < 0 || bytesRead > end - at || newPastEnd < pastEnd) {
            throw new IllegalArgumentException("%d bytes read of %d, %d past the end after %d"
                    .formatted(bytesRead, end - at, newPastEnd, pastEnd));
        }
        code = newCode;
        range = newRange;
        at += bytesRead;
        pastEnd = newPastEnd;
    }

    private void shiftIn() {
        int next = 0;
        if (at < end) {
            next = bytes[at++] & 0xFF;
        } else {
            pastEnd++;
        }
        code = (code << 8) | next;
    }
}
