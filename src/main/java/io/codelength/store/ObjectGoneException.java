package io.codelength.store;

import java.io.IOException;
import java.util.UUID;

/** An object was deleted while it was being read or written. */
public final class ObjectGoneException extends IOException {
    private final UUID object;

    ObjectGoneException(UUID object, String during) {
        super("object %s was deleted while it was being %s".formatted(object, during));
        this.object = object;
    }

    public UUID object() {
        return object;
    }
}
