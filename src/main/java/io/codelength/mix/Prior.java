package io.codelength.mix;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/**
 * The text that every mixing learns before it begins, so that short inputs do not begin from nothing. Part of the format:
 * another text would be another method.
 */
final class Prior {
    private static final String RESOURCE = "prior.txt";

    private Prior() {}

    /** Loaded when it is first needed. */
    private static final class Holder {
        private static final byte[] TEXT = read();
    }

    /** Some 74 KiB; not copied. */
    static byte[] text() {
        return Holder.TEXT;
    }

    private static byte[] read() {
        try (InputStream in = Prior.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("invariant broken: the program has no resource " + RESOURCE);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
