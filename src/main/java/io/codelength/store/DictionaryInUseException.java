package io.codelength.store;

/** A dictionary cannot be deleted, because objects could not be read without it. */
public final class DictionaryInUseException extends RuntimeException {
    private final String dictionary;
    private final long objects;

    DictionaryInUseException(String dictionary, long objects, Throwable cause) {
        super(
                "Dictionary %s is needed by %d %s, which could not be read without it. Delete those first."
                        .formatted(dictionary, objects, objects == 1 ? "object" : "objects"),
                cause);
        this.dictionary = dictionary;
        this.objects = objects;
    }

    public String dictionary() {
        return dictionary;
    }

    /** How many need it, those included that are being written. */
    public long objects() {
        return objects;
    }
}
