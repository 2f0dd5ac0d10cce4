package io.codelength.container;

import static io.codelength.container.ArchiveFormat.DESCRIPTOR_BYTES;
import static io.codelength.container.ArchiveFormat.DIGEST_BYTES;
import static io.codelength.container.ArchiveFormat.FOOTER_FIXED_BYTES;
import static io.codelength.container.ArchiveFormat.MARK_BYTES;
import static io.codelength.container.ArchiveFormat.TRAILER_BYTES;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32C;

/**
 * A footer read from its end.
 *
 * @param start offset of its mark
 * @param end offset after its last byte
 * @param descriptors the seek table, one entry a frame
 */
record Footer(long start, long end, FrameDescriptor[] descriptors, byte[] digest, byte[] fields) {
    private static final int PIECE_BYTES = 6 << 13;

    /**
     * Reads the footer that ends at an offset.
     *
     * @throws CorruptContainerException if there is none that matches its checksum
     */
    static Footer read(ArchiveSource source, long end) throws IOException {
        String name = source.name();
        if (end < FOOTER_FIXED_BYTES) {
            throw CorruptContainerException.in(name, "footer", end, "%d bytes have no room for one".formatted(end));
        }
        byte[] trailer = new byte[TRAILER_BYTES];
        long trailerAt = end - TRAILER_BYTES;
        source.readFully(trailerAt, trailer, 0, TRAILER_BYTES);
        int last = ArchiveFormat.getInt(trailer, 9);
        if (last >>> 8 != ArchiveFormat.END >>> 8) {
            throw CorruptContainerException.in(
                    name,
                    "footer",
                    end - 4,
                    "last bytes %s, expected %s".formatted(Checksums.hex(last), Checksums.hex(ArchiveFormat.END)));
        }
        ArchiveReader.requireVersion(name, last & 0xFF);
        int fieldsBytes = trailer[0] & 0xFF;
        long length = ArchiveFormat.get(trailer, 1, 4);
        long tableBytes = length - FOOTER_FIXED_BYTES - fieldsBytes;
        if (tableBytes < 0
                || tableBytes % DESCRIPTOR_BYTES != 0
                || tableBytes / DESCRIPTOR_BYTES > ArchiveFormat.FRAMES_MAX
                || length > end) {
            throw CorruptContainerException.in(
                    name, "footer", trailerAt, "a length of %d bytes is not possible".formatted(length));
        }
        long start = end - length;
        ArchiveReader.requireCrc(
                name, "footer", start, ArchiveFormat.getInt(trailer, 5), crc(source, start, trailerAt + 5));

        ByteReader in = new ByteReader(name, new SourceStream(source, start, end), start);
        int mark = ArchiveFormat.getInt(in.take(MARK_BYTES, "footer"), 0);
        if (mark != ArchiveFormat.FOOTER_MARK) {
            throw CorruptContainerException.in(
                    name,
                    "footer",
                    start,
                    "mark %s, expected %s".formatted(Checksums.hex(mark), Checksums.hex(ArchiveFormat.FOOTER_MARK)));
        }
        FrameDescriptor[] descriptors = new FrameDescriptor[(int) (tableBytes / DESCRIPTOR_BYTES)];
        for (int i = 0; i < descriptors.length; ) {
            int entries = Math.min(descriptors.length - i, PIECE_BYTES / DESCRIPTOR_BYTES);
            byte[] piece = in.take(entries * DESCRIPTOR_BYTES, "seek table");
            for (int j = 0; j < entries; j++) {
                FrameDescriptor descriptor =
                        FrameDescriptor.ofBits(ArchiveFormat.get(piece, j * DESCRIPTOR_BYTES, DESCRIPTOR_BYTES));
                int index = i + j;
                descriptor.brokenRule().ifPresent(rule -> {
                    throw CorruptContainerException.in(name, "seek table entry " + index, start, rule);
                });
                descriptors[index] = descriptor;
            }
            i += entries;
        }
        byte[] rest = in.take(DIGEST_BYTES + fieldsBytes, "footer");
        return new Footer(
                start,
                end,
                descriptors,
                Arrays.copyOf(rest, DIGEST_BYTES),
                Arrays.copyOfRange(rest, DIGEST_BYTES, rest.length));
    }

    /** Bytes of all frames together. */
    long framesBytes() {
        long sum = 0;
        for (FrameDescriptor descriptor : descriptors) {
            sum += descriptor.frameBytes();
        }
        return sum;
    }

    /** Bytes of the header that stands before the frames. */
    int headerBytes() {
        return ArchiveFormat.HEADER_FIXED_BYTES + fields.length;
    }

    private static int crc(ArchiveSource source, long from, long to) throws IOException {
        CRC32C crc = new CRC32C();
        byte[] piece = new byte[(int) Math.min(PIECE_BYTES, to - from)];
        for (long at = from; at < to; ) {
            int count = (int) Math.min(piece.length, to - at);
            source.readFully(at, piece, 0, count);
            crc.update(piece, 0, count);
            at += count;
        }
        return (int) crc.getValue();
    }
}
