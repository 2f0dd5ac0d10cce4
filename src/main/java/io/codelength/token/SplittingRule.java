package io.codelength.token;

/**
 * How text is cut into pre-tokens, across which nothing merges. {@code \p{L}}, {@code \p{N}} and {@code \s} are those of
 * {@link UnicodeClasses}.
 */
public enum SplittingRule {
    /** Not at all. */
    NONE(""),
    /** Before every space, as Hugging Face's {@code Metaspace} with {@code split}. */
    SPACES(""),
    /** As GPT-2. */
    GPT2("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"),
    /** Every numeric character for itself, the rest as GPT-2: SmolLM, StarCoder and {@code models/base}. */
    DIGITS_GPT2(""),
    /** As Llama 3: numbers in groups of up to three. */
    LLAMA3("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
            + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"),
    /** As Qwen 2: as Llama 3 but for single digits. */
    QWEN2("(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
            + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+");

    private final String pattern;

    SplittingRule(String pattern) {
        this.pattern = pattern;
    }

    /** The regular expression that names this rule in {@code tokenizer.json}, or the empty string where none does. */
    String pattern() {
        return pattern;
    }
}
