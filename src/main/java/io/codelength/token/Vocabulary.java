package io.codelength.token;

import java.util.Arrays;
import java.util.Objects;

/**
 * What each symbol spells, in the order of the bytes (unsigned, a prefix before what it begins), without duplicates and
 * without the empty string. Immutable. The first thing a decoder needs and the only one: it concatenates spellings.
 */
public final class Vocabulary {
    private final byte[] bytes;
    private final int[] starts; // [size + 1]: symbol s spells bytes[starts[s] .. starts[s + 1])

    /**
     * @param spellings [symbols][bytes], strictly ascending
     * @throws IllegalArgumentException if they are not, or one is empty
     */
    public Vocabulary(byte[][] spellings) {
        starts = new int[spellings.length + 1];
        for (int symbol = 0; symbol < spellings.length; symbol++) {
            byte[] spelling = spellings[symbol];
            if (spelling.length == 0) {
                throw new IllegalArgumentException("symbol %d spells nothing".formatted(symbol));
            }
            if (symbol > 0 && Arrays.compareUnsigned(spellings[symbol - 1], spelling) >= 0) {
                throw new IllegalArgumentException(
                        "symbol %d does not sort after symbol %d".formatted(symbol, symbol - 1));
            }
            starts[symbol + 1] = Math.addExact(starts[symbol], spelling.length);
        }
        bytes = new byte[starts[spellings.length]];
        for (int symbol = 0; symbol < spellings.length; symbol++) {
            System.arraycopy(spellings[symbol], 0, bytes, starts[symbol], spellings[symbol].length);
        }
    }

    /** Number of symbols. */
    public int size() {
        return starts.length - 1;
    }

    /** Number of bytes that the symbol spells, at least 1. */
    public int byteCount(int symbol) {
        return starts[symbol + 1] - starts[symbol];
    }

    /** One byte of a symbol's spelling, 0 to 255. */
    public int byteAt(int symbol, int index) {
        Objects.checkIndex(index, byteCount(symbol));
        return bytes[starts[symbol] + index] & 0xff;
    }

    /** A copy of what the symbol spells. */
    public byte[] spelling(int symbol) {
        return Arrays.copyOfRange(bytes, starts[symbol], starts[symbol + 1]);
    }

    /** Writes what the symbol spells into {@code target} at {@code offset} and returns the offset behind it. */
    public int copySpelling(int symbol, byte[] target, int offset) {
        int count = byteCount(symbol);
        System.arraycopy(bytes, starts[symbol], target, offset, count);
        return offset + count;
    }

    /** Orders what the symbol spells against {@code source[from, to)}, as unsigned bytes. */
    int compare(int symbol, byte[] source, int from, int to) {
        return Arrays.compareUnsigned(bytes, starts[symbol], starts[symbol + 1], source, from, to);
    }
}
