package io.codelength.codec;

import io.codelength.container.CorruptContainerException;

/**
 * Which frame of which archive is at hand, for error messages.
 *
 * @param archive what the archive is called
 * @param index frame number from 0
 * @param offset bytes from the start of the archive to the frame
 */
record FramePlace(String archive, int index, long offset) {
    CorruptContainerException corrupt(String what) {
        return new CorruptContainerException(
                offset,
                "%s: frame %d (offset %d): %s. The file is damaged; `codelength recover` brings back the other frames."
                        .formatted(archive, index, offset, what));
    }
}
