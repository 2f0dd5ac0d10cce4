package io.codelength.container;

import java.io.IOException;

/** Which of our two forms some bytes are, of whatever version, by their first bytes. */
public enum ArchiveForm {
    FULL,
    COMPACT,
    FOREIGN;

    /** How many bytes {@link #of} wants to see. */
    public static final int FIRST_BYTES = 4;

    /** @param first the first {@link #FIRST_BYTES} bytes, or all of them if there are fewer */
    public static ArchiveForm of(byte[] first) {
        if (first.length >= 3 && ArchiveFormat.get(first, 0, 3) == ArchiveFormat.MAGIC) {
            return FULL;
        }
        if (first.length >= 2 && (ArchiveFormat.get(first, 0, 2) & 0xF0FF) == ArchiveFormat.COMPACT_MAGIC) {
            return COMPACT;
        }
        return FOREIGN;
    }

    /** The form of what a source holds. */
    public static ArchiveForm of(ArchiveSource source) throws IOException {
        byte[] first = new byte[(int) Math.min(FIRST_BYTES, source.length())];
        source.readFully(0, first, 0, first.length);
        return of(first);
    }

    static CorruptContainerException foreign(String name) {
        return new CorruptContainerException(
                0, "%s: not a Codelength archive, or its first bytes are damaged.".formatted(name));
    }
}
