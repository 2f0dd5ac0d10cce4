package io.codelength.container;

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

    static CorruptContainerException foreign(String name) {
        return new CorruptContainerException(
                0, "%s: not a Codelength archive, or its first bytes are damaged.".formatted(name));
    }
}
