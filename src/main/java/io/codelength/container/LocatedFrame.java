package io.codelength.container;

/**
 * A frame and where it was found.
 *
 * @param frame a frame whose head and payload match their checksums
 * @param index its number, from 0
 * @param archiveOffset where its mark begins in the archive
 * @param originalOffset where its bytes begin in the original
 */
public record LocatedFrame(Frame frame, int index, long archiveOffset, long originalOffset) {
    /**
     * Compares what a payload was decoded to with the checksum of the original.
     *
     * @param archive what the archive is called
     * @throws CorruptContainerException if they differ
     */
    public void checkRestored(String archive, byte[] restored) {
        if (frame instanceof CodedFrame coded) {
            int found = Checksums.crc32c(restored);
            if (restored.length != coded.originalBytes() || found != coded.originalCrc()) {
                throw new CorruptContainerException(
                        archiveOffset,
                        ("%s: frame %d (offset %d): decoded to %d bytes with checksum %s, expected %d bytes with %s. Its"
                                        + " payload is as it was written, so the model or the engine differs from the writer's;"
                                        + " `codelength models verify` checks them.")
                                .formatted(
                                        archive,
                                        index,
                                        archiveOffset,
                                        restored.length,
                                        Checksums.hex(found),
                                        coded.originalBytes(),
                                        Checksums.hex(coded.originalCrc())));
            }
        }
    }
}
