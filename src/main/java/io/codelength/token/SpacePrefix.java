package io.codelength.token;

/**
 * Whether the model's own tokenizer puts a space before a text. Only measuring follows it: coding spells exactly the bytes
 * it is given.
 */
public enum SpacePrefix {
    /** Never. */
    NONE,
    /** Before every text that is not empty. */
    ALWAYS,
    /** Before every text that is not empty and does not begin with a space. */
    UNLESS_PRESENT
}
