package io.codelength.token;

/**
 * One rule of byte-pair encoding: where {@code left} stands before {@code right}, both become {@code result}.
 *
 * @param left raw token id
 * @param right raw token id
 * @param result raw token id, spells what left and right spell together
 * @param rank the lowest present in a text is applied first; among equals the leftmost
 */
public record Merge(int left, int right, int result, int rank) {}
