package io.codelength.token;

/**
 * Spells bytes as symbols. Any bytes: what the model's own tokenizer would normalise, and what is not UTF-8, is still
 * spelled exactly. Immutable and thread-safe; the same bytes give the same symbols on every machine.
 */
public interface Tokenizer {
    /**
     * @return symbols whose spellings concatenate to {@code source[from, to)}; never contains a control token
     */
    int[] encode(byte[] source, int from, int to);

    /** The spellings that {@link #encode} refers to. */
    Vocabulary vocabulary();
}
