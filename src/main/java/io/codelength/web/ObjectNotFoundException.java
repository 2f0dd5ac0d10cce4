package io.codelength.web;

/** There is no such stored object. */
final class ObjectNotFoundException extends RuntimeException {
    private final String object;

    ObjectNotFoundException(String object) {
        super("There is no object %s.".formatted(object));
        this.object = object;
    }

    String object() {
        return object;
    }
}
