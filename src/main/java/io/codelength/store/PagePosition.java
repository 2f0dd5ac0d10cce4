package io.codelength.store;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;

/** A place in the list of objects: after the object of this time and id, whether or not it still exists. */
public record PagePosition(Instant created, UUID id) {
    public static PagePosition of(StoredObject object) {
        return new PagePosition(object.created(), object.id());
    }

    /** @throws IllegalArgumentException if the text is not what {@link #toString} writes */
    public static PagePosition parse(String text) {
        int separator = text.indexOf('_');
        try {
            return new PagePosition(
                    Instant.parse(text.substring(0, Math.max(separator, 0))),
                    UUID.fromString(text.substring(separator + 1)));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("'%s' is not a position that a page of objects gave".formatted(text), e);
        }
    }

    @Override
    public String toString() {
        return created + "_" + id;
    }
}
