package io.codelength.container;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How an archive names the dictionary that it was written with: the first four bytes of the SHA-256 of the dictionary's text.
 *
 * @param value those bytes, the first one highest
 */
public record DictionaryId(int value) {
    /** In an archive. */
    static final int BYTES = 4;

    private static final Pattern HEXADECIMAL = Pattern.compile("[0-9a-f]{8}");

    static DictionaryId of(byte[] bytes, int from) {
        return new DictionaryId(Integer.reverseBytes(ArchiveFormat.getInt(bytes, from)));
    }

    byte[] toBytes() {
        byte[] bytes = new byte[BYTES];
        ArchiveFormat.put(bytes, 0, BYTES, Integer.reverseBytes(value));
        return bytes;
    }

    /** @return empty if the text is not eight lower-case hexadecimal digits, as {@link #toString} writes them */
    public static Optional<DictionaryId> parse(String text) {
        return HEXADECIMAL.matcher(text).matches()
                ? Optional.of(new DictionaryId(HexFormat.fromHexDigits(text)))
                : Optional.empty();
    }

    @Override
    public String toString() {
        return HexFormat.of().toHexDigits(value);
    }
}
