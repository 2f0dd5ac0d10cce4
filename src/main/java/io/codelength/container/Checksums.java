package io.codelength.container;

import java.util.zip.CRC32C;

/** The two checksums of the format: CRC-32C for contents, CRC-16 for the short heads of frames. */
public final class Checksums {
    private Checksums() {}

    /** CRC-32C (Castagnoli; RFC 3720, appendix B.4) of all the bytes. */
    public static int crc32c(byte[] bytes) {
        return crc32c(bytes, 0, bytes.length);
    }

    /** CRC-32C of {@code count} bytes. */
    public static int crc32c(byte[] bytes, int from, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, count);
        return (int) crc.getValue();
    }

    /**
     * CRC-16/IBM-3740: polynomial 0x1021, start 0xFFFF, most significant bit first. Over the 14 bytes of a frame's head it
     * finds every error of up to three bits and every burst of up to sixteen.
     */
    static int crc16(byte[] bytes, int from, int count) {
        int crc = 0xFFFF;
        for (int i = from; i < from + count; i++) {
            crc ^= (bytes[i] & 0xFF) << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) == 0 ? crc << 1 : crc << 1 ^ 0x1021;
            }
            crc &= 0xFFFF;
        }
        return crc;
    }

    static String hex(int crc) {
        return "%08x".formatted(crc);
    }
}
