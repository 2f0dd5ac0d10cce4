package io.codelength.container;

/** The numbers of {@code docs/format.md}, and integers as bytes: least significant first. */
final class ArchiveFormat {
    /** Begins a full archive; the version follows it. */
    static final int MAGIC = 0x4E4CC1;

    static final int VERSION = 1;
    static final int MAGIC_AND_VERSION = VERSION << 24 | MAGIC;

    /** Ends a full archive: {@link #MAGIC_AND_VERSION} backwards. */
    static final int END = Integer.reverseBytes(MAGIC_AND_VERSION);

    static final int FRAME_MARK = 0x4D5246FE;
    static final int FOOTER_MARK = 0x444E45FD;

    /** Begins a compact archive: its magic byte, then 0xB0 with the version in the low four bits. */
    static final int COMPACT_MAGIC = 0xB09E;

    static final int COMPACT_VERSION = 1;

    static final int FRAME_BYTES_MAX = 1 << 20;
    static final int LANES_MAX = 32;

    /** So many frames of 256 KiB are 4 TiB; the seek table of a hostile archive stays a matter of megabytes. */
    static final int FRAMES_MAX = 1 << 24;

    static final int MARK_BYTES = 4;
    static final int DESCRIPTOR_BYTES = 6;
    static final int DIGEST_BYTES = 16;
    static final int FIELDS_BYTES_MAX = 255;

    /** Header without its fields: magic and version, length of the fields, checksum. */
    static final int HEADER_FIXED_BYTES = 4 + 1 + 4;

    /** Trailer: length of the fields, length of the footer, checksum, magic. */
    static final int TRAILER_BYTES = 1 + 4 + 4 + 4;

    /** Footer without seek table and fields. */
    static final int FOOTER_FIXED_BYTES = MARK_BYTES + DIGEST_BYTES + TRAILER_BYTES;

    private ArchiveFormat() {}

    static long get(byte[] bytes, int from, int count) {
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << 8 | (bytes[from + i] & 0xFF);
        }
        return value;
    }

    static int getInt(byte[] bytes, int from) {
        return (int) get(bytes, from, 4);
    }

    static void put(byte[] bytes, int from, int count, long value) {
        for (int i = 0; i < count; i++) {
            bytes[from + i] = (byte) (value >>> (8 * i));
        }
    }
}
