package io.codelength.token;

/**
 * A tokenizer that cannot be read: damaged, or of a kind that this version does not spell exactly. Names the field, as in
 * {@code pre_tokenizer.type}, so that the reader of the message can look at it.
 */
public final class TokenizerFormatException extends RuntimeException {
    private final String field;

    /**
     * @param field where it was found, in the names of the file it came from
     * @param problem what was found and what was expected
     */
    public TokenizerFormatException(String field, String problem) {
        super("tokenizer: " + field + ": " + problem);
        this.field = field;
    }

    /** Where the problem is, in the names of the file it came from. */
    public String field() {
        return field;
    }
}
