package io.codelength.container;

/**
 * What the seek table says of a frame.
 *
 * @param index its number, from 0
 * @param archiveOffset where its mark begins in the archive
 * @param originalOffset where its bytes begin in the original
 * @param lanes 1 if stored
 * @param originalBytes bytes of the original it holds
 * @param payloadBytes bytes after its head
 */
public record FrameEntry(
        int index,
        long archiveOffset,
        long originalOffset,
        FrameMethod method,
        int lanes,
        int originalBytes,
        int payloadBytes) {}
