package io.codelength.container;

/**
 * A frame whose payload spells the original in fewer bytes; what the payload means is the codec's.
 *
 * @param method any but {@link FrameMethod#STORED}
 * @param lanes 1 to 32, and no more than original bytes
 * @param originalBytes bytes of the original, 1 to 1 MiB
 * @param originalCrc CRC-32C of the original
 * @param payload fewer bytes than the original, possibly none; not copied
 */
public record CodedFrame(FrameMethod method, int lanes, int originalBytes, int originalCrc, byte[] payload)
        implements Frame {
    public CodedFrame {
        if (method == FrameMethod.STORED) {
            throw new IllegalArgumentException("a coded frame is not stored");
        }
        if (lanes < 1 || lanes > ArchiveFormat.LANES_MAX) {
            throw new IllegalArgumentException("%d lanes, must be 1 to 32".formatted(lanes));
        }
        if (lanes > originalBytes) {
            throw new IllegalArgumentException("%d lanes for %d bytes".formatted(lanes, originalBytes));
        }
        if (originalBytes < 1 || originalBytes > ArchiveFormat.FRAME_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "%s frame of %d bytes, must be 1 to 1 MiB".formatted(method, originalBytes));
        }
        if (payload.length >= originalBytes) {
            throw new IllegalArgumentException("payload of %d bytes for %d original bytes: store them instead"
                    .formatted(payload.length, originalBytes));
        }
    }
}
