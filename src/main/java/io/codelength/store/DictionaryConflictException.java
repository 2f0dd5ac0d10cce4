package io.codelength.store;

/** Another dictionary is stored that archives would call by the same name. */
public final class DictionaryConflictException extends RuntimeException {
    private final String dictionary;

    DictionaryConflictException(String dictionary) {
        super(
                "Another dictionary with the id %s is stored; archives could not tell them apart. Train it with another size."
                        .formatted(dictionary));
        this.dictionary = dictionary;
    }

    public String dictionary() {
        return dictionary;
    }
}
