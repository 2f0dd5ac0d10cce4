package io.codelength.mix;

/**
 * One lane's past: its last bytes, and what its contexts are made of. Positions are counted from the beginning of the lane
 * ({@code docs/mixing.md}, "Contexts").
 */
final class LaneHistory {
    /** Contexts that are looked up in the table: orders 1 to 6, words, columns, field, shape, record, sparse, indirect. */
    static final int CONTEXTS = 18;

    /** The first so many contexts are those of orders 1 to 6. */
    static final int ORDERS = 6;

    private static final int WORD_FACTOR = 0x2F0B4C47;
    private static final int RECORD_BYTES_MAX = 2048;
    private static final int RECORD_CANDIDATES = 3;

    /** So often a distance must have been seen before it is taken for a record's length. */
    private static final int RECORD_SEEN_MIN = 8;

    /** Classes of bytes: other, lower case, upper case, digit, space, line end, beyond ASCII, control. */
    private static final byte[] CLASS = new byte[256];

    static {
        for (int c = 0; c < 256; c++) {
            CLASS[c] = (byte) classOf(c);
        }
    }

    final int start; // of the lane in the history
    final int[] contexts = new int[CONTEXTS]; // hashes of what precedes the byte at hand
    final MatchModel.Match[] matches = MatchModel.noMatches();
    int position;
    int last4; // the last four bytes, the last one lowest
    int before4; // the four before
    int byteSoFar = 1; // a one, then the bits of the byte at hand
    int bits; // of the byte at hand
    int column;
    int above; // the byte above in the line before, 0 if there is none
    int recordAbove; // the byte one record before
    int word;
    int wordBefore;
    int tokenBytes; // since the token began
    int tokenHash;

    private int wordBeforeThat;
    private int lineStart;
    private int lineBefore;
    private int firstOfLine; // the first four bytes of the line
    private int field; // how many fields of the line came before
    private int fieldHash;
    private int shape; // the last four bytes, digits and letters made alike
    private int shapeBefore;
    private final int[] lastPosition = new int[256];
    private final int[] recordBytes = new int[RECORD_CANDIDATES];
    private final int[] recordSeen = new int[RECORD_CANDIDATES];

    LaneHistory(int start) {
        this.start = start;
    }

    /**
     * Goes on where another lane ended.
     *
     * @param owner the lane of the history that what its matches point to belongs to now
     */
    LaneHistory(LaneHistory past, int owner) {
        start = past.start;
        position = past.position;
        last4 = past.last4;
        before4 = past.before4;
        word = past.word;
        wordBefore = past.wordBefore;
        wordBeforeThat = past.wordBeforeThat;
        lineStart = past.lineStart;
        lineBefore = past.lineBefore;
        firstOfLine = past.firstOfLine;
        field = past.field;
        fieldHash = past.fieldHash;
        shape = past.shape;
        shapeBefore = past.shapeBefore;
        System.arraycopy(past.lastPosition, 0, lastPosition, 0, lastPosition.length);
        System.arraycopy(past.recordBytes, 0, recordBytes, 0, RECORD_CANDIDATES);
        System.arraycopy(past.recordSeen, 0, recordSeen, 0, RECORD_CANDIDATES);
        for (int i = 0; i < matches.length; i++) {
            matches[i].length = past.matches[i].length;
            matches[i].pointer = past.matches[i].pointer;
            matches[i].lane = owner;
        }
    }

    static int classOf(int c) {
        if (c >= 'a' && c <= 'z') {
            return 1;
        } else if (c >= 'A' && c <= 'Z') {
            return 2;
        } else if (c >= '0' && c <= '9') {
            return 3;
        } else if (c == ' ') {
            return 4;
        } else if (c == '\n' || c == '\r') {
            return 5;
        } else if (c >= 128) {
            return 6;
        }
        return c < 32 ? 7 : 0;
    }

    /** The class of one of the last four bytes. */
    int classBack(int back) {
        return CLASS[last4 >>> (8 * (back - 1)) & 0xff];
    }

    static int hash(int a, int b) {
        int x = a * 0x9E3779B1 + b * 0x85EBCA6B + 0x27D4EB2F;
        x ^= x >>> 15;
        x *= 0x2C1B3C6D;
        return x ^ x >>> 13;
    }

    /** Takes a whole byte in, which is in the history already. */
    void append(int c1, byte[] history, IndirectHistory indirect) {
        before4 = before4 << 8 | last4 >>> 24;
        last4 = last4 << 8 | c1;
        byteSoFar = 1;
        bits = 0;
        position++;
        tokenBytes++;
        tokenHash = hash(tokenHash, c1);
        takeText(c1);
        indirect.append(last4);
        takeRecord(c1, history);
        makeContexts(history, indirect);
    }

    private void takeText(int c1) {
        boolean isLetter = CLASS[c1] == 1 || CLASS[c1] == 2 || CLASS[c1] == 6;
        if (isLetter) {
            int lower = CLASS[c1] == 2 ? c1 + 32 : c1;
            word = (word + lower + 1) * WORD_FACTOR;
            word ^= word >>> 16;
        } else if (word != 0) {
            wordBeforeThat = wordBefore;
            wordBefore = word;
            word = 0;
        }
        if (c1 == '\n') {
            lineBefore = lineStart;
            lineStart = position;
            field = 0;
            fieldHash = 0;
            firstOfLine = 0;
        } else {
            if (position - lineStart <= 4) {
                firstOfLine = firstOfLine << 8 | c1;
            }
            if (isLetter || CLASS[c1] == 3) {
                fieldHash = hash(fieldHash, c1);
            } else {
                field = Math.min(255, field + 1);
                fieldHash = 0;
            }
        }
        int alike = switch (CLASS[c1]) {
            case 1 -> 'a';
            case 2 -> 'A';
            case 3 -> '0';
            default -> c1;
        };
        shapeBefore = shapeBefore << 8 | shape >>> 24;
        shape = shape << 8 | alike;
    }

    /** A byte that came at the same distance twice speaks for records of that length. */
    private void takeRecord(int c1, byte[] history) {
        int distance = position - lastPosition[c1];
        lastPosition[c1] = position;
        if (distance <= 1
                || distance >= RECORD_BYTES_MAX
                || position < 2 * distance + 1
                || (history[start + position - 1 - 2 * distance] & 0xff) != c1) {
            return;
        }
        int candidate = 0;
        while (candidate < RECORD_CANDIDATES && recordBytes[candidate] != distance) {
            candidate++;
        }
        if (candidate == RECORD_CANDIDATES) {
            if (--recordSeen[RECORD_CANDIDATES - 1] < 0) {
                recordBytes[RECORD_CANDIDATES - 1] = distance;
                recordSeen[RECORD_CANDIDATES - 1] = 1;
            }
            return;
        }
        if (++recordSeen[candidate] > 255) {
            for (int i = 0; i < RECORD_CANDIDATES; i++) {
                recordSeen[i] >>= 1;
            }
        }
        if (candidate > 0 && recordSeen[candidate] > recordSeen[candidate - 1]) {
            swap(recordBytes, candidate);
            swap(recordSeen, candidate);
        }
    }

    private static void swap(int[] values, int index) {
        int value = values[index];
        values[index] = values[index - 1];
        values[index - 1] = value;
    }

    private int at(int back, byte[] history) {
        return back <= position ? history[start + position - back] & 0xff : 0;
    }

    /** Hashes of the contexts of the byte that comes next; also before the first one. */
    void makeContexts(byte[] history, IndirectHistory indirect) {
        int c1 = last4 & 0xff;
        column = position - lineStart;
        above = 0;
        int aboveNext = 0;
        if (lineStart > 0 && lineBefore + column < lineStart) {
            above = history[start + lineBefore + column] & 0xff;
            aboveNext = lineBefore + column + 1 < lineStart ? history[start + lineBefore + column + 1] & 0xff : 0;
        }
        int record = recordSeen[0] > RECORD_SEEN_MIN ? recordBytes[0] : 0;
        int distance = record == 0 ? 4 : record;
        recordAbove = at(distance, history);
        int[] h = contexts;
        h[0] = hash(1, c1);
        h[1] = hash(2, last4 & 0xffff);
        h[2] = hash(3, last4 & 0xffffff);
        h[3] = hash(4, last4);
        h[4] = hash(hash(5, last4), before4 & 0xff);
        h[5] = hash(hash(6, last4), before4 & 0xffff);
        h[6] = hash(hash(7, word), c1);
        h[7] = hash(hash(8, word), wordBefore);
        h[8] = hash(hash(9, word), hash(c1, wordBeforeThat));
        h[9] = hash(hash(10, Math.min(column, 255)), above);
        h[10] = hash(hash(11, above << 8 | aboveNext), c1);
        h[11] = hash(hash(12, firstOfLine), hash(field, fieldHash));
        h[12] = hash(hash(13, shape), shapeBefore);
        h[13] = hash(hash(14, recordAbove << 8 | at(2 * distance, history)), record == 0 ? 0 : position % record);
        h[14] = hash(hash(15, record == 0 ? 0 : position % record), record);
        h[15] = hash(16, last4 & 0xffff00);
        h[16] = hash(17, last4 & 0xffff0000);
        h[17] = hash(hash(18, indirect.after(last4) & 0xffff), c1);
    }
}
