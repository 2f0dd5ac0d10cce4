package io.codelength.token;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/**
 * Letters, numbers and white space of Unicode 13.0, from a table of ours, so that no JDK can change how a text is split:
 * {@code \p{L}}, {@code \p{N}} and the property {@code White_Space}. The table was made by {@code UnicodeClassesGenerator}
 * (in the tests) from JDK 17 and is bound by its hash.
 *
 * <p>The resource is a sequence of numbers, seven bits a byte, most significant first, top bit set on all but the last:
 * {@code 4 · length of the run + class}, from code point 0; what lies behind the last run is {@link #OTHER}.
 */
final class UnicodeClasses {
    static final byte OTHER = 0;
    static final byte LETTER = 1;
    static final byte NUMBER = 2;
    static final byte SPACE = 3;

    static final String RESOURCE = "unicode-classes-13.bin";

    private static final byte[] CLASSES = load();

    private UnicodeClasses() {}

    /** The class of a code point. */
    static byte of(int codePoint) {
        return codePoint < CLASSES.length ? CLASSES[codePoint] : OTHER;
    }

    private static byte[] load() {
        byte[] table;
        try (InputStream in = UnicodeClasses.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + RESOURCE + " is missing from this build");
            }
            table = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("reading the resource " + RESOURCE, e);
        }
        byte[] classes = new byte[Character.MAX_CODE_POINT + 1];
        int codePoint = 0;
        int number = 0;
        for (byte next : table) {
            number = (number << 7) | (next & 0x7F);
            if (next >= 0) {
                Arrays.fill(classes, codePoint, codePoint + (number >>> 2), (byte) (number & 3));
                codePoint += number >>> 2;
                number = 0;
            }
        }
        return Arrays.copyOf(classes, codePoint);
    }
}
