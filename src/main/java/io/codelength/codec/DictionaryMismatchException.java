package io.codelength.codec;

import io.codelength.container.DictionaryId;

/** The dictionary that was asked for is missing, or not the one an archive was written with. Exit code 4. */
public final class DictionaryMismatchException extends RuntimeException {
    public DictionaryMismatchException(String message) {
        super(message);
    }

    DictionaryMismatchException(String message, Throwable cause) {
        super(message, cause);
    }

    /** An archive's dictionary is not here. */
    public static DictionaryMismatchException missing(DictionaryId id) {
        return new DictionaryMismatchException(
                "The archive was written with dictionary %s, which is not here. Pass that file with --dictionary."
                        .formatted(id));
    }

    static DictionaryMismatchException different(DictionaryId expected, DictionaryId found) {
        return new DictionaryMismatchException(
                "The archive was written with dictionary %s, but %s was given. Pass the right one with --dictionary."
                        .formatted(expected, found));
    }
}
