package io.codelength.web;

/** An uploaded dictionary is damaged or of another version. */
final class DictionaryDamagedException extends RuntimeException {
    DictionaryDamagedException(RuntimeException cause) {
        super(Parameters.messageOf(cause), cause);
    }
}
