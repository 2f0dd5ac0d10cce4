package io.codelength.token;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;

/** How the text of a token in a model's files stands for bytes. */
final class PieceText {
    /** SentencePiece's mark for a space, U+2581. */
    static final String SPACE_MARK = "\u2581";

    private static final int[] BYTE_OF_CHARACTER = byteOfCharacter();

    private PieceText() {}

    /**
     * GPT-2's byte alphabet: a character for each byte, the visible ones of Latin-1 for themselves, the others from U+0100.
     *
     * @return a {@link TokenKind#NORMAL} token, or an unused one where a character is not in the alphabet or there is none:
     *     no input can reach it
     */
    static Token ofByteAlphabet(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int index = 0; index < text.length(); index++) {
            char character = text.charAt(index);
            int value = character < BYTE_OF_CHARACTER.length ? BYTE_OF_CHARACTER[character] : -1;
            if (value < 0) {
                return Token.unused();
            }
            bytes.write(value);
        }
        return bytes.size() == 0 ? Token.unused() : Token.normal(bytes.toByteArray());
    }

    /** SentencePiece: the text itself, its marks being spaces. */
    static Token ofSentencePiece(String text) {
        return text.isEmpty()
                ? Token.unused()
                : Token.normal(text.replace(SPACE_MARK, " ").getBytes(StandardCharsets.UTF_8));
    }

    /** The value of a fall-back token, {@code <0xHH>}. */
    static OptionalInt byteValue(String text) {
        if (text.length() != 6 || !text.startsWith("<0x") || text.charAt(5) != '>') {
            return OptionalInt.empty();
        }
        int high = Character.digit(text.charAt(3), 16);
        int low = Character.digit(text.charAt(4), 16);
        return high < 0 || low < 0 ? OptionalInt.empty() : OptionalInt.of(16 * high + low);
    }

    private static int[] byteOfCharacter() {
        int[] values = new int[0x144];
        Arrays.fill(values, -1);
        int next = 0x100;
        for (int value = 0; value < 256; value++) {
            boolean visible = (value > 0x20 && value < 0x7F) || (value > 0xA0 && value != 0xAD);
            values[visible ? value : next++] = value;
        }
        return values;
    }
}
