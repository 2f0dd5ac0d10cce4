package io.codelength.container;

/**
 * A frame that holds the original itself.
 *
 * @param bytes 1 byte to 1 MiB; not copied
 */
public record StoredFrame(byte[] bytes) implements Frame {
    public StoredFrame {
        if (bytes.length < 1 || bytes.length > ArchiveFormat.FRAME_BYTES_MAX) {
            throw new IllegalArgumentException("stored frame of %d bytes, must be 1 to 1 MiB".formatted(bytes.length));
        }
    }

    @Override
    public int originalBytes() {
        return bytes.length;
    }

    @Override
    public FrameMethod method() {
        return FrameMethod.STORED;
    }
}
