package io.codelength.container;

import java.io.IOException;
import java.io.InputStream;
import java.util.OptionalInt;

/** Takes bytes off an archive in order and knows where it is, so that an early end can be named. */
final class ByteReader {
    private final String archive;
    private final InputStream in;
    private long offset;

    ByteReader(String archive, InputStream in, long offset) {
        this.archive = archive;
        this.in = in;
        this.offset = offset;
    }

    String archive() {
        return archive;
    }

    long offset() {
        return offset;
    }

    /** @param count checked against its limit by the caller */
    byte[] take(int count, String part, OptionalInt frame) throws IOException {
        byte[] bytes = new byte[count];
        int found = in.readNBytes(bytes, 0, count);
        if (found < count) {
            String what = "%s ends after %d of %d bytes".formatted(part, found, count);
            throw frame.isPresent()
                    ? CorruptContainerException.inFrame(archive, frame.getAsInt(), offset + found, what)
                    : CorruptContainerException.in(archive, part, offset + found, what);
        }
        offset += count;
        return bytes;
    }

    byte[] take(int count, String part) throws IOException {
        return take(count, part, OptionalInt.empty());
    }

    boolean atEnd() throws IOException {
        return in.read() < 0;
    }
}
