package io.codelength.codec;

import io.codelength.coding.InvalidCodeException;
import io.codelength.container.CorruptContainerException;
import io.codelength.container.LocatedFrame;

/**
 * Which frame of which archive is at hand, for error messages.
 *
 * @param archive what the archive is called
 * @param index frame number from 0
 * @param offset bytes from the start of the archive to the frame
 */
record FramePlace(String archive, int index, long offset) {
    static FramePlace of(String archive, LocatedFrame frame) {
        return new FramePlace(archive, frame.index(), frame.archiveOffset());
    }

    CorruptContainerException corrupt(String what) {
        return CorruptContainerException.inFrame(archive, index, offset, what);
    }

    CorruptContainerException corrupt(InvalidCodeException cause) {
        return corrupt(String.valueOf(cause.getMessage()), cause);
    }

    CorruptContainerException corrupt(String what, Exception cause) {
        CorruptContainerException corrupt = corrupt(what);
        corrupt.initCause(cause);
        return corrupt;
    }
}
