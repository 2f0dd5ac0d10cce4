package io.codelength.container;

import static io.codelength.container.ArchiveFormat.DESCRIPTOR_BYTES;
import static io.codelength.container.ArchiveFormat.DIGEST_BYTES;
import static io.codelength.container.ArchiveFormat.MARK_BYTES;
import static io.codelength.container.ArchiveFormat.TRAILER_BYTES;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Reads a full archive from first byte to last; the mirror image of {@link ArchiveWriter}. A frame is handed out only when
 * its head and payload match their checksums, and the end only when the footer agrees with all that came before it. Not
 * thread-safe.
 */
public final class ArchiveReader implements IncomingArchive {
    private final String name;
    private final ByteReader in;
    private final byte[] fields;
    private final ArchiveHeader header;
    private long[] descriptors = new long[16];
    private int frames;
    private long originalBytes;
    private byte[] digest = new byte[0]; // until the footer is read

    /**
     * Reads the header.
     *
     * @param name what the archive is called, for error messages
     * @param in the archive; read in large pieces, not closed
     * @throws CorruptContainerException if it is not a full archive or its header is damaged
     * @throws UnsupportedFormatException if it is of another version
     */
    public ArchiveReader(String name, InputStream in) throws IOException {
        this.name = name;
        this.in = new ByteReader(name, in, 0);
        this.fields = readHeader(this.in);
        this.header = HeaderFields.read(name, 5, fields);
    }

    /** Takes a header and returns its fields, checksum checked, meaning not. */
    static byte[] readHeader(ByteReader in) throws IOException {
        byte[] start = in.take(5, "header");
        if (ArchiveFormat.get(start, 0, 3) != ArchiveFormat.MAGIC) {
            throw ArchiveForm.foreign(in.archive());
        }
        requireVersion(in.archive(), start[3] & 0xFF);
        int fieldsBytes = start[4] & 0xFF;
        byte[] rest = in.take(fieldsBytes + 4, "header");
        byte[] checked = Arrays.copyOf(start, start.length + fieldsBytes);
        System.arraycopy(rest, 0, checked, start.length, fieldsBytes);
        requireCrc(in.archive(), "header", 0, ArchiveFormat.getInt(rest, fieldsBytes), Checksums.crc32c(checked));
        return Arrays.copyOf(rest, fieldsBytes);
    }

    static void requireVersion(String archive, int version) {
        if (version != ArchiveFormat.VERSION) {
            throw new UnsupportedFormatException(
                    "%s: format version %d; this program reads version %d. If no program wrote that, the file is damaged."
                            .formatted(archive, version, ArchiveFormat.VERSION));
        }
    }

    static void requireCrc(String archive, String part, long offset, int expected, int found) {
        if (expected != found) {
            throw CorruptContainerException.in(
                    archive,
                    part,
                    offset,
                    "checksum mismatch, expected %s, found %s"
                            .formatted(Checksums.hex(expected), Checksums.hex(found)));
        }
    }

    public ArchiveHeader header() {
        return header;
    }

    @Override
    public Optional<ModelReference> model() {
        return header.model();
    }

    @Override
    public Optional<DictionaryId> dictionary() {
        return header.dictionary();
    }

    /**
     * The next frame.
     *
     * @return empty after the last, when the footer was read and agrees
     * @throws CorruptContainerException naming the place, if anything is not as written
     * @throws UnsupportedFormatException if the frame's method is not known
     */
    public Optional<LocatedFrame> next() throws IOException {
        if (digest.length > 0) {
            return Optional.empty();
        }
        long start = in.offset();
        int mark = ArchiveFormat.getInt(in.take(MARK_BYTES, "mark of frame %d or footer".formatted(frames)), 0);
        if (mark == ArchiveFormat.FOOTER_MARK) {
            digest = readFooter(start);
            return Optional.empty();
        }
        if (mark != ArchiveFormat.FRAME_MARK) {
            throw CorruptContainerException.inFrame(
                    name,
                    frames,
                    start,
                    "mark %s, expected %s of a frame or %s of the footer"
                            .formatted(
                                    Checksums.hex(mark),
                                    Checksums.hex(ArchiveFormat.FRAME_MARK),
                                    Checksums.hex(ArchiveFormat.FOOTER_MARK)));
        }
        if (frames == ArchiveFormat.FRAMES_MAX) {
            throw CorruptContainerException.inFrame(name, frames, start, "more frames than an archive may have");
        }
        Frame frame = FrameCodec.readAfterMark(in, frames, header);
        LocatedFrame located = new LocatedFrame(frame, frames, start, originalBytes);
        if (frames == descriptors.length) {
            descriptors = Arrays.copyOf(descriptors, 2 * frames);
        }
        descriptors[frames++] = FrameDescriptor.of(frame).toBits();
        originalBytes += frame.originalBytes();
        return Optional.of(located);
    }

    /**
     * Compares the digest of what the caller restored with the archive's.
     *
     * @param sha256 SHA-256 of all original bytes, 32 bytes
     * @throws CorruptContainerException if they differ
     * @throws IllegalStateException before {@link #next} has returned empty
     */
    public void finish(byte[] sha256) {
        if (digest.length == 0) {
            throw new IllegalStateException("finish before the last frame");
        }
        byte[] found = Arrays.copyOf(sha256, DIGEST_BYTES);
        if (!Arrays.equals(digest, found)) {
            throw CorruptContainerException.in(
                    name,
                    "footer",
                    in.offset(),
                    "digest of the original mismatch, expected %s, found %s"
                            .formatted(
                                    HexFormat.of().formatHex(digest),
                                    HexFormat.of().formatHex(found)));
        }
    }

    /** First 16 bytes of the original's SHA-256, once {@link #next} has returned empty. */
    public byte[] digest() {
        return digest.clone();
    }

    /** Bytes read so far; the archive's length after {@link #next} has returned empty. */
    public long archiveBytes() {
        return in.offset();
    }

    /** Original bytes of the frames so far. */
    public long originalBytes() {
        return originalBytes;
    }

    private byte[] readFooter(long start) throws IOException {
        // What came before says how long the footer must be.
        int length = ArchiveFormat.FOOTER_FIXED_BYTES + DESCRIPTOR_BYTES * frames + fields.length;
        byte[] footer = new byte[length];
        ArchiveFormat.put(footer, 0, MARK_BYTES, ArchiveFormat.FOOTER_MARK);
        System.arraycopy(in.take(length - MARK_BYTES, "footer"), 0, footer, MARK_BYTES, length - MARK_BYTES);
        int trailer = length - TRAILER_BYTES;
        requireCrc(
                name,
                "footer",
                start,
                ArchiveFormat.getInt(footer, trailer + 5),
                Checksums.crc32c(footer, 0, trailer + 5));
        int end = ArchiveFormat.getInt(footer, trailer + 9);
        if (end != ArchiveFormat.END) {
            throw CorruptContainerException.in(
                    name,
                    "footer",
                    start + trailer + 9,
                    "last bytes %s, expected %s".formatted(Checksums.hex(end), Checksums.hex(ArchiveFormat.END)));
        }
        long declared = ArchiveFormat.get(footer, trailer + 1, 4);
        if (declared != length) {
            throw CorruptContainerException.in(
                    name, "footer", start, "length %d, expected %d".formatted(declared, length));
        }
        for (int i = 0; i < frames; i++) {
            if (ArchiveFormat.get(footer, MARK_BYTES + DESCRIPTOR_BYTES * i, DESCRIPTOR_BYTES) != descriptors[i]) {
                throw CorruptContainerException.in(
                        name,
                        "seek table",
                        start + MARK_BYTES + (long) DESCRIPTOR_BYTES * i,
                        "entry %d is not what frame %d was".formatted(i, i));
            }
        }
        int digestAt = MARK_BYTES + DESCRIPTOR_BYTES * frames;
        if ((footer[trailer] & 0xFF) != fields.length
                || !Arrays.equals(footer, digestAt + DIGEST_BYTES, trailer, fields, 0, fields.length)) {
            throw CorruptContainerException.in(
                    name, "footer", start + digestAt + DIGEST_BYTES, "its copy of the header fields differs");
        }
        if (!in.atEnd()) {
            throw CorruptContainerException.in(name, "end", in.offset(), "bytes follow the footer");
        }
        return Arrays.copyOfRange(footer, digestAt, digestAt + DIGEST_BYTES);
    }
}
