package io.codelength.token;

/** What merging begins with. */
public enum SpellingUnits {
    /** Single bytes, as in GPT-2's byte-level byte-pair encoding. */
    BYTES,
    /** Characters of UTF-8 that a token spells, and the bytes of all others, as in SentencePiece with byte fall-back. */
    CHARACTERS
}
