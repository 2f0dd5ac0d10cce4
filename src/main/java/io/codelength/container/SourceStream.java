package io.codelength.container;

import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/** The bytes of a source from one offset to another, as a stream. */
final class SourceStream extends InputStream {
    private final ArchiveSource source;
    private final long end;
    private long at;

    SourceStream(ArchiveSource source, long from, long end) {
        this.source = source;
        this.at = from;
        this.end = Math.min(end, source.length());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] target, int from, int count) throws IOException {
        Objects.checkFromIndexSize(from, count, target.length);
        if (count == 0) {
            return 0;
        }
        if (at >= end) {
            return -1;
        }
        int taken = (int) Math.min(count, end - at);
        source.readFully(at, target, from, taken);
        at += taken;
        return taken;
    }
}
