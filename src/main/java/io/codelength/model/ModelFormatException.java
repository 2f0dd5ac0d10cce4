package io.codelength.model;

import org.jspecify.annotations.Nullable;

/**
 * A model file says something that cannot be, or that Codelength does not compute. Names the file, the place in it (tensor,
 * field, offset), what was expected and what was found. Nothing of the model may be used.
 */
public final class ModelFormatException extends RuntimeException {
    private final String file;
    private final String place;
    private final String expected;
    private final String found;

    /** @param place tensor, field or offset, as in {@code model.norm.weight} */
    public ModelFormatException(String file, String place, String expected, Object found) {
        super("%s: %s: expected %s, found %s.".formatted(file, place, expected, found));
        this.file = file;
        this.place = place;
        this.expected = expected;
        this.found = String.valueOf(found);
    }

    /** The same with the error that was met while reading. */
    public ModelFormatException(String file, String place, String expected, @Nullable Object found, Throwable cause) {
        this(file, place, expected, String.valueOf(found));
        initCause(cause);
    }

    public String file() {
        return file;
    }

    public String place() {
        return place;
    }

    public String expected() {
        return expected;
    }

    public String found() {
        return found;
    }
}
