package io.codelength.text;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Optional;

/**
 * A reversible change of what models hardly know: a byte-order mark at the beginning is taken off, and CR LF becomes LF with
 * the bare LF among them listed as exceptions ({@code docs/format.md}, "Text transform"). Any bytes survive it; whether it
 * is worth while, {@link #of} decides by counting.
 *
 * @param originalBytes length of the original
 * @param mark whether a UTF-8 byte-order mark was taken off
 * @param lineEnds whether CR LF became LF
 * @param bareLineFeeds [exceptions] ascending ordinals, among all LF of the text, of those that had no CR; not copied
 * @param textBytes length of what is left
 */
public record TextTransform(int originalBytes, boolean mark, boolean lineEnds, int[] bareLineFeeds, int textBytes) {
    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final int MARK_FLAG = 1;
    private static final int LINE_ENDS_FLAG = 2;

    // A CR that the model must predict costs a third of a bit or more, an exception a byte or two.
    private static final int PAIRS_MIN = 8;
    private static final int PAIRS_PER_EXCEPTION = 32;

    /** What to change in these bytes, if anything is worth it. */
    public static Optional<TextTransform> of(byte[] original) {
        boolean mark = startsWithMark(original);
        int pairs = 0;
        int lineFeeds = 0;
        for (int i = 0; i < original.length; i++) {
            if (original[i] == '\n') {
                lineFeeds++;
                pairs += i > 0 && original[i - 1] == '\r' ? 1 : 0;
            }
        }
        int bare = lineFeeds - pairs;
        boolean lineEnds = pairs >= PAIRS_MIN && (long) bare * PAIRS_PER_EXCEPTION <= pairs;
        int textBytes = original.length - (mark ? MARK.length : 0) - (lineEnds ? pairs : 0);
        // A frame codes at least one byte.
        if ((!mark && !lineEnds) || textBytes == 0) {
            return Optional.empty();
        }
        int[] exceptions = new int[lineEnds ? bare : 0];
        for (int i = 0, ordinal = 0, found = 0; found < exceptions.length; i++) {
            if (original[i] == '\n') {
                if (i == 0 || original[i - 1] != '\r') {
                    exceptions[found++] = ordinal;
                }
                ordinal++;
            }
        }
        return Optional.of(new TextTransform(original.length, mark, lineEnds, exceptions, textBytes));
    }

    /** The text of the original that this was made from. */
    public byte[] apply(byte[] original) {
        byte[] text = new byte[textBytes];
        int to = 0;
        for (int i = mark ? MARK.length : 0; i < original.length; i++) {
            boolean dropped = lineEnds && original[i] == '\r' && i + 1 < original.length && original[i + 1] == '\n';
            if (!dropped) {
                text[to++] = original[i];
            }
        }
        return text;
    }

    /**
     * The original of a text.
     *
     * @throws InvalidTransformException if this transform cannot have made such a text
     */
    public byte[] revert(byte[] text) throws InvalidTransformException {
        byte[] original = new byte[originalBytes];
        int to = 0;
        if (mark) {
            System.arraycopy(MARK, 0, original, 0, MARK.length);
            to = MARK.length;
        }
        int ordinal = 0;
        int exception = 0;
        for (byte next : text) {
            boolean restored = false;
            if (lineEnds && next == '\n') {
                boolean bare = exception < bareLineFeeds.length && bareLineFeeds[exception] == ordinal;
                exception += bare ? 1 : 0;
                restored = !bare;
                ordinal++;
            }
            if (to + (restored ? 2 : 1) > originalBytes) {
                throw new InvalidTransformException("the text has more line ends than the frame has room for");
            }
            if (restored) {
                original[to++] = '\r';
            }
            original[to++] = next;
        }
        if (to != originalBytes || exception != bareLineFeeds.length) {
            throw new InvalidTransformException("the text has fewer line ends than the frame needs");
        }
        return original;
    }

    /** As it stands at the beginning of a payload. */
    public byte[] toBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write((mark ? MARK_FLAG : 0) | (lineEnds ? LINE_ENDS_FLAG : 0));
        if (lineEnds) {
            writeVarint(out, originalBytes - (mark ? MARK.length : 0) - textBytes);
            writeVarint(out, bareLineFeeds.length);
            int next = 0;
            for (int ordinal : bareLineFeeds) {
                writeVarint(out, ordinal - next);
                next = ordinal + 1;
            }
        }
        return out.toByteArray();
    }

    /**
     * Reads one from the beginning of a payload; {@code toBytes().length} says where it ends.
     *
     * @throws InvalidTransformException if there is none that belongs to such an original
     */
    public static TextTransform read(byte[] payload, int originalBytes) throws InvalidTransformException {
        Reader in = new Reader(payload);
        int flags = in.next();
        if (flags < 1 || flags > 3) {
            throw new InvalidTransformException("flags %02x, where 01 to 03 are known".formatted(flags));
        }
        boolean mark = (flags & MARK_FLAG) != 0;
        boolean lineEnds = (flags & LINE_ENDS_FLAG) != 0;
        long left = (long) originalBytes - (mark ? MARK.length : 0);
        int[] exceptions = {};
        if (lineEnds) {
            left -= in.varint();
            // Each exception takes a byte of payload and one of text, so neither can be too many for what was read.
            long count = in.varint();
            if (count > payload.length || count > left) {
                throw new InvalidTransformException("%d bare line feeds in %d bytes".formatted(count, left));
            }
            exceptions = new int[(int) count];
            long next = 0;
            for (int i = 0; i < exceptions.length; i++) {
                next += in.varint();
                if (next >= left) {
                    throw new InvalidTransformException("line feed %d in a text of %d bytes".formatted(next, left));
                }
                exceptions[i] = (int) next++;
            }
        }
        if (left < 1) {
            throw new InvalidTransformException("it leaves nothing of %d bytes".formatted(originalBytes));
        }
        TextTransform transform = new TextTransform(originalBytes, mark, lineEnds, exceptions, (int) left);
        if (!Arrays.equals(transform.toBytes(), Arrays.copyOf(payload, in.offset))) {
            throw new InvalidTransformException("a number is written longer than it needs to be");
        }
        return transform;
    }

    private static boolean startsWithMark(byte[] bytes) {
        return bytes.length >= MARK.length && Arrays.equals(bytes, 0, MARK.length, MARK, 0, MARK.length);
    }

    private static void writeVarint(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest > 0x7f) {
            out.write((rest & 0x7f) | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    private static final class Reader {
        private final byte[] bytes;
        private int offset;

        private Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        private int next() throws InvalidTransformException {
            if (offset == bytes.length) {
                throw new InvalidTransformException("it is cut off");
            }
            return bytes[offset++] & 0xff;
        }

        private long varint() throws InvalidTransformException {
            long value = 0;
            for (int shift = 0; shift <= 28; shift += 7) {
                int group = next();
                value |= (long) (group & 0x7f) << shift;
                if (group < 0x80) {
                    return value;
                }
            }
            throw new InvalidTransformException("a number is too long");
        }
    }
}
