package io.codelength.web;

/** Our own archive of an object cannot be decoded, which is our fault and not the client's. */
final class StoredObjectDamagedException extends RuntimeException {
    StoredObjectDamagedException(String object, Throwable cause) {
        super("The archive of %s is damaged: %s".formatted(object, cause.getMessage()), cause);
    }
}
