package io.codelength.mix;

import io.codelength.token.Vocabulary;

/**
 * A vocabulary and the tree of its decisions: all that the mixing knows of a model. Made once for a model and shared.
 *
 * @param vocabulary at least one symbol, in byte order
 * @param tree of the same vocabulary
 */
public record SymbolSpelling(Vocabulary vocabulary, SpellingTree tree) {
    public static SymbolSpelling of(Vocabulary vocabulary) {
        return new SymbolSpelling(vocabulary, new SpellingTree(vocabulary));
    }
}
