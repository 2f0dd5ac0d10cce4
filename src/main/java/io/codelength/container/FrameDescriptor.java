package io.codelength.container;

import java.util.Optional;

/**
 * What a frame is, in six bytes that stand in its head and again in the seek table. Holds raw numbers, so that a frame of
 * a method not known yet can be passed over.
 *
 * @param payloadBytes bytes after the head
 */
record FrameDescriptor(int method, int lanes, int originalBytes, int payloadBytes) {
    static final int CODED_HEAD_BYTES = ArchiveFormat.MARK_BYTES + ArchiveFormat.DESCRIPTOR_BYTES + 4 + 4 + 2;
    static final int STORED_HEAD_BYTES = ArchiveFormat.MARK_BYTES + ArchiveFormat.DESCRIPTOR_BYTES + 4 + 2;

    private static final int LENGTH_MASK = (1 << 20) - 1;

    static FrameDescriptor of(Frame frame) {
        if (frame instanceof CodedFrame coded) {
            return new FrameDescriptor(
                    coded.method().number(), coded.lanes(), coded.originalBytes(), coded.payload().length);
        }
        int bytes = frame.originalBytes();
        return new FrameDescriptor(FrameMethod.STORED.number(), 1, bytes, bytes);
    }

    /** Bits 0–2 method, 3–7 lanes less one, 8–27 original bytes less one, 28–47 payload bytes (0 if stored). */
    long toBits() {
        return method
                | (long) (lanes - 1) << 3
                | (long) (originalBytes - 1) << 8
                | (isStored() ? 0 : (long) payloadBytes << 28);
    }

    static FrameDescriptor ofBits(long bits) {
        int method = (int) bits & 7;
        int originalBytes = ((int) (bits >>> 8) & LENGTH_MASK) + 1;
        int payloadField = (int) (bits >>> 28) & LENGTH_MASK;
        return new FrameDescriptor(
                method,
                ((int) bits >>> 3 & 31) + 1,
                originalBytes,
                method == FrameMethod.STORED.number() ? originalBytes + payloadField : payloadField);
    }

    boolean isStored() {
        return method == FrameMethod.STORED.number();
    }

    int headBytes() {
        return isStored() ? STORED_HEAD_BYTES : CODED_HEAD_BYTES;
    }

    /** Head and payload. */
    int frameBytes() {
        return headBytes() + payloadBytes;
    }

    /** Which rule the numbers break, if any. */
    Optional<String> brokenRule() {
        if (isStored()) {
            return lanes == 1 && payloadBytes == originalBytes
                    ? Optional.empty()
                    : Optional.of("stored frame with lanes or a payload length of its own");
        }
        if (payloadBytes >= originalBytes) {
            return Optional.of(
                    "payload of %d bytes for %d original bytes, must be fewer".formatted(payloadBytes, originalBytes));
        }
        if (lanes > originalBytes) {
            return Optional.of("%d lanes for %d original bytes".formatted(lanes, originalBytes));
        }
        return Optional.empty();
    }
}
