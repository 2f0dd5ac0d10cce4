package io.codelength.token;

import java.util.Arrays;

/**
 * One entry of a model's vocabulary.
 *
 * @param spelling the bytes it stands for: at least one for {@link TokenKind#NORMAL}, exactly one for
 *     {@link TokenKind#BYTE}, none otherwise; never modified
 */
public record Token(TokenKind kind, byte[] spelling) {
    private static final byte[] NOTHING = {};

    /** A piece of text. */
    public static Token normal(byte[] spelling) {
        return new Token(TokenKind.NORMAL, spelling);
    }

    /** The fall-back for one byte. */
    public static Token ofByte(int value) {
        return new Token(TokenKind.BYTE, new byte[] {(byte) value});
    }

    /** A token that steers the model. */
    public static Token control() {
        return new Token(TokenKind.CONTROL, NOTHING);
    }

    /** A token that nothing reaches. */
    public static Token unused() {
        return new Token(TokenKind.UNUSED, NOTHING);
    }

    /** Whether the token takes part in coding, that is, spells something. */
    public boolean isCoded() {
        return kind == TokenKind.NORMAL || kind == TokenKind.BYTE;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Token that && kind == that.kind && Arrays.equals(spelling, that.spelling);
    }

    @Override
    public int hashCode() {
        return 31 * kind.hashCode() + Arrays.hashCode(spelling);
    }
}
