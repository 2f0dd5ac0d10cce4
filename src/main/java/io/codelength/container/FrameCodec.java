package io.codelength.container;

import static io.codelength.container.ArchiveFormat.DESCRIPTOR_BYTES;
import static io.codelength.container.ArchiveFormat.MARK_BYTES;

import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;

/** Frames as bytes: {@code docs/format.md}, "Frames". Writing and reading stand side by side. */
final class FrameCodec {
    private FrameCodec() {}

    static byte[] writeHead(Frame frame) {
        FrameDescriptor descriptor = FrameDescriptor.of(frame);
        byte[] head = new byte[descriptor.headBytes()];
        ArchiveFormat.put(head, 0, MARK_BYTES, ArchiveFormat.FRAME_MARK);
        ArchiveFormat.put(head, MARK_BYTES, DESCRIPTOR_BYTES, descriptor.toBits());
        int at = MARK_BYTES + DESCRIPTOR_BYTES;
        if (frame instanceof CodedFrame coded) {
            ArchiveFormat.put(head, at, 4, coded.originalCrc());
            at += 4;
        }
        ArchiveFormat.put(head, at, 4, Checksums.crc32c(payload(frame)));
        at += 4;
        ArchiveFormat.put(head, at, 2, Checksums.crc16(head, MARK_BYTES, at - MARK_BYTES));
        return head;
    }

    static byte[] payload(Frame frame) {
        return frame instanceof CodedFrame coded ? coded.payload() : ((StoredFrame) frame).bytes();
    }

    /** Reads what follows a frame's mark, which was taken already. */
    static Frame readAfterMark(ByteReader in, int index, ArchiveHeader header) throws IOException {
        String archive = in.archive();
        OptionalInt place = OptionalInt.of(index);
        long start = in.offset() - MARK_BYTES;
        byte[] bits = in.take(DESCRIPTOR_BYTES, "head", place);
        FrameDescriptor descriptor = FrameDescriptor.ofBits(ArchiveFormat.get(bits, 0, DESCRIPTOR_BYTES));
        byte[] checks = in.take(descriptor.headBytes() - MARK_BYTES - DESCRIPTOR_BYTES, "head", place);

        byte[] checked = new byte[bits.length + checks.length - 2];
        System.arraycopy(bits, 0, checked, 0, bits.length);
        System.arraycopy(checks, 0, checked, bits.length, checks.length - 2);
        int expectedHead = (int) ArchiveFormat.get(checks, checks.length - 2, 2);
        int foundHead = Checksums.crc16(checked, 0, checked.length);
        if (foundHead != expectedHead) {
            throw CorruptContainerException.inFrame(
                    archive,
                    index,
                    start,
                    "head checksum mismatch, expected %04x, found %04x".formatted(expectedHead, foundHead));
        }
        FrameMethod method = FrameMethod.read(archive, index, descriptor.method());
        descriptor.brokenRule().ifPresent(rule -> {
            throw CorruptContainerException.inFrame(archive, index, start, rule);
        });
        header.lackFor(method).ifPresent(lack -> {
            throw CorruptContainerException.inFrame(archive, index, start, lack);
        });

        byte[] payload = in.take(descriptor.payloadBytes(), "payload", place);
        int expected = ArchiveFormat.getInt(checks, checks.length - 2 - 4);
        int found = Checksums.crc32c(payload);
        if (found != expected) {
            throw CorruptContainerException.inFrame(
                    archive,
                    index,
                    start,
                    "payload checksum mismatch, expected %s, found %s"
                            .formatted(Checksums.hex(expected), Checksums.hex(found)));
        }
        return method == FrameMethod.STORED
                ? new StoredFrame(payload)
                : new CodedFrame(
                        method,
                        descriptor.lanes(),
                        descriptor.originalBytes(),
                        ArchiveFormat.getInt(checks, 0),
                        payload);
    }

    /** Reads the frame that lies between two offsets. */
    static Frame readAt(ArchiveSource source, long start, long end, int index, ArchiveHeader header)
            throws IOException {
        ByteReader in = new ByteReader(source.name(), new SourceStream(source, start, end), start);
        int mark = ArchiveFormat.getInt(in.take(MARK_BYTES, "mark", OptionalInt.of(index)), 0);
        if (mark != ArchiveFormat.FRAME_MARK) {
            throw CorruptContainerException.inFrame(
                    source.name(),
                    index,
                    start,
                    "mark %s, expected %s".formatted(Checksums.hex(mark), Checksums.hex(ArchiveFormat.FRAME_MARK)));
        }
        return readAfterMark(in, index, header);
    }

    /**
     * What a head says, if mark and checksum are right; of whatever method.
     *
     * @param bytes from the mark on, as many as a stored frame's head at least
     */
    static Optional<FrameDescriptor> soundHead(byte[] bytes) {
        FrameDescriptor descriptor = FrameDescriptor.ofBits(ArchiveFormat.get(bytes, MARK_BYTES, DESCRIPTOR_BYTES));
        int checked = descriptor.headBytes() - 2;
        return bytes.length >= descriptor.headBytes()
                        && ArchiveFormat.getInt(bytes, 0) == ArchiveFormat.FRAME_MARK
                        && ArchiveFormat.get(bytes, checked, 2)
                                == Checksums.crc16(bytes, MARK_BYTES, checked - MARK_BYTES)
                ? Optional.of(descriptor)
                : Optional.empty();
    }

    /** Whether a whole frame's payload matches the checksum in its head. */
    static boolean isPayloadSound(byte[] frame, FrameDescriptor descriptor) {
        int headBytes = descriptor.headBytes();
        return ArchiveFormat.getInt(frame, headBytes - 2 - 4)
                == Checksums.crc32c(frame, headBytes, descriptor.payloadBytes());
    }
}
