package io.codelength.token;

/** Reads UTF-8 that may be none: a byte that begins no valid character stands for itself. */
final class Utf8 {
    private Utf8() {}

    /**
     * Length in bytes of the character at {@code from}: 1 to 4, or 0 if none begins there. Overlong forms, surrogates and
     * what lies beyond U+10FFFF are no characters (Unicode 13.0, table 3-7).
     */
    static int length(byte[] source, int from, int to) {
        int first = source[from] & 0xFF;
        if (first < 0x80) {
            return 1;
        }
        int length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0;
        if (length == 0 || to - from < length) {
            return 0;
        }
        int second = source[from + 1] & 0xFF;
        int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
        int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
        if (second < lowest || second > highest) {
            return 0;
        }
        for (int index = 2; index < length; index++) {
            if ((source[from + index] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    /** The code point of the valid character of this length at {@code from}. */
    static int codePoint(byte[] source, int from, int length) {
        return switch (length) {
            case 1 -> source[from];
            case 2 -> ((source[from] & 0x1F) << 6) | (source[from + 1] & 0x3F);
            case 3 -> ((source[from] & 0x0F) << 12) | ((source[from + 1] & 0x3F) << 6) | (source[from + 2] & 0x3F);
            default ->
                ((source[from] & 0x07) << 18)
                        | ((source[from + 1] & 0x3F) << 12)
                        | ((source[from + 2] & 0x3F) << 6)
                        | (source[from + 3] & 0x3F);
        };
    }
}
