package io.codelength.container;

import static io.codelength.container.ArchiveFormat.DESCRIPTOR_BYTES;
import static io.codelength.container.ArchiveFormat.DIGEST_BYTES;
import static io.codelength.container.ArchiveFormat.FRAME_BYTES_MAX;
import static io.codelength.container.ArchiveFormat.MARK_BYTES;
import static io.codelength.container.ArchiveFormat.TRAILER_BYTES;

import io.codelength.limit.LimitExceededException;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a full archive in one pass; the mirror image of {@link ArchiveReader}. Neighbouring stored frames become one of at
 * most 1 MiB, and the first stored frames are held back, at most 6 MiB, until it is known whether the archive needs to name
 * a model: that keeps the bounds of {@code docs/format.md}, "Sizes". Not thread-safe.
 */
public final class ArchiveWriter {
    /** Six frames of 1 MiB have room, within the size bound, for the fields that the header then has. */
    private static final int HELD_FRAMES_MAX = 6;

    /** A coded frame costs 26 bytes and may split a stored one, which costs 22 more. */
    private static final int CODED_FRAME_COST = 48;

    private final OutputStream out;
    private final ArchiveHeader header;
    private final byte[] headerFields;
    private final List<StoredFrame> held = new ArrayList<>();
    private byte[] pending = new byte[0]; // stored bytes that wait for more
    private int pendingBytes;
    private boolean headerWritten;
    private byte[] fields = new byte[0]; // as written
    private long[] descriptors = new long[16];
    private int frames;
    private long writtenBytes;
    private boolean finished;

    /**
     * Writes nothing yet.
     *
     * @param out where the archive goes; not closed
     * @param header what the frames need; left out if they are all stored and few
     */
    public ArchiveWriter(OutputStream out, ArchiveHeader header) {
        this.out = out;
        this.header = header;
        this.headerFields = HeaderFields.write(header);
    }

    /**
     * Whether a payload is so much shorter than its original that a coded frame keeps the archive's size within bounds;
     * else append the original as a {@link StoredFrame}. Depends on the frames appended before only.
     */
    public boolean pays(int originalBytes, int payloadBytes) {
        int naming = headerWritten ? 0 : 2 * headerFields.length;
        return originalBytes - payloadBytes >= CODED_FRAME_COST + naming;
    }

    /**
     * Adds the next frame of the original.
     *
     * @throws IllegalArgumentException if the header lacks what its method needs
     */
    public void append(Frame frame) throws IOException {
        requireOpen();
        if (frame instanceof StoredFrame stored) {
            appendStored(stored.bytes());
            return;
        }
        header.lackFor(frame.method()).ifPresent(lack -> {
            throw new IllegalArgumentException(lack);
        });
        completeStored();
        writeHeader(headerFields);
        writeFrame(frame);
    }

    /**
     * Writes the footer and flushes.
     *
     * @param sha256 SHA-256 of the original, 32 bytes
     * @return bytes of the whole archive
     */
    public long finish(byte[] sha256) throws IOException {
        requireOpen();
        if (sha256.length != 32) {
            throw new IllegalArgumentException("digest of %d bytes, SHA-256 has 32".formatted(sha256.length));
        }
        completeStored();
        writeHeader(new byte[0]); // nothing but stored frames, unless it is written
        writeFooter(sha256);
        out.flush();
        finished = true;
        return writtenBytes;
    }

    /** Bytes that went out so far. */
    public long writtenBytes() {
        return writtenBytes;
    }

    /** Frames that went out so far; stored ones may have become fewer than were appended. */
    public int frames() {
        return frames;
    }

    private void appendStored(byte[] bytes) throws IOException {
        int from = 0;
        while (from < bytes.length) {
            int count = Math.min(bytes.length - from, FRAME_BYTES_MAX - pendingBytes);
            if (pending.length < pendingBytes + count) {
                pending = Arrays.copyOf(
                        pending, Math.min(FRAME_BYTES_MAX, Math.max(2 * pending.length, pendingBytes + count)));
            }
            System.arraycopy(bytes, from, pending, pendingBytes, count);
            pendingBytes += count;
            from += count;
            if (pendingBytes == FRAME_BYTES_MAX) {
                completeStored();
            }
        }
    }

    private void completeStored() throws IOException {
        if (pendingBytes == 0) {
            return;
        }
        StoredFrame frame = new StoredFrame(Arrays.copyOf(pending, pendingBytes));
        pendingBytes = 0;
        if (headerWritten) {
            writeFrame(frame);
        } else {
            held.add(frame);
            if (held.size() == HELD_FRAMES_MAX && frame.originalBytes() == FRAME_BYTES_MAX) {
                writeHeader(headerFields);
            }
        }
    }

    private void writeHeader(byte[] chosen) throws IOException {
        if (headerWritten) {
            return;
        }
        headerWritten = true;
        fields = chosen;
        byte[] bytes = new byte[ArchiveFormat.HEADER_FIXED_BYTES + fields.length];
        ArchiveFormat.put(bytes, 0, 4, ArchiveFormat.MAGIC_AND_VERSION);
        bytes[4] = (byte) fields.length;
        System.arraycopy(fields, 0, bytes, 5, fields.length);
        ArchiveFormat.put(bytes, bytes.length - 4, 4, Checksums.crc32c(bytes, 0, bytes.length - 4));
        write(bytes);
        for (StoredFrame frame : held) {
            writeFrame(frame);
        }
        held.clear();
    }

    private void writeFrame(Frame frame) throws IOException {
        if (frames == ArchiveFormat.FRAMES_MAX) {
            throw new LimitExceededException(
                    "frames in an archive", frames + 1L, ArchiveFormat.FRAMES_MAX, "Split the input.");
        }
        write(FrameCodec.writeHead(frame));
        write(FrameCodec.payload(frame));
        if (frames == descriptors.length) {
            descriptors = Arrays.copyOf(descriptors, 2 * frames);
        }
        descriptors[frames++] = FrameDescriptor.of(frame).toBits();
    }

    private void writeFooter(byte[] sha256) throws IOException {
        int length = ArchiveFormat.FOOTER_FIXED_BYTES + DESCRIPTOR_BYTES * frames + fields.length;
        byte[] footer = new byte[length];
        ArchiveFormat.put(footer, 0, MARK_BYTES, ArchiveFormat.FOOTER_MARK);
        int at = MARK_BYTES;
        for (int i = 0; i < frames; i++) {
            ArchiveFormat.put(footer, at, DESCRIPTOR_BYTES, descriptors[i]);
            at += DESCRIPTOR_BYTES;
        }
        System.arraycopy(sha256, 0, footer, at, DIGEST_BYTES);
        System.arraycopy(fields, 0, footer, at + DIGEST_BYTES, fields.length);
        int trailer = length - TRAILER_BYTES;
        footer[trailer] = (byte) fields.length;
        ArchiveFormat.put(footer, trailer + 1, 4, length);
        ArchiveFormat.put(footer, trailer + 5, 4, Checksums.crc32c(footer, 0, trailer + 5));
        ArchiveFormat.put(footer, trailer + 9, 4, ArchiveFormat.END);
        write(footer);
    }

    private void write(byte[] bytes) throws IOException {
        out.write(bytes);
        writtenBytes += bytes.length;
    }

    private void requireOpen() {
        if (finished) {
            throw new IllegalStateException("the archive is finished");
        }
    }
}
