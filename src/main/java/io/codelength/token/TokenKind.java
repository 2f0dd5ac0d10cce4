package io.codelength.token;

/** What a token of a model is for. */
public enum TokenKind {
    /** Spells a piece of text. */
    NORMAL,
    /** Spells one byte where no piece does: {@code <0xHH>} of SentencePiece-style vocabularies. */
    BYTE,
    /** Steers the model: begin, end, roles. Spells nothing, is never coded and never matched in input. */
    CONTROL,
    /** Spells nothing and means nothing: an unknown token, a gap in the numbering, a piece no input can reach. */
    UNUSED
}
