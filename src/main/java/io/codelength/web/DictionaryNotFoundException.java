package io.codelength.web;

/** There is no such stored dictionary. */
final class DictionaryNotFoundException extends RuntimeException {
    private final String dictionary;

    DictionaryNotFoundException(String dictionary) {
        super("There is no dictionary %s.".formatted(dictionary));
        this.dictionary = dictionary;
    }

    String dictionary() {
        return dictionary;
    }
}
