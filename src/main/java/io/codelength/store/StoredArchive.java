package io.codelength.store;

import io.codelength.container.ArchiveSource;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;

/** An object's archive, read chunk by chunk. For one thread; holds the last chunk it read. */
public final class StoredArchive implements ArchiveSource {
    private final StoredObject object;
    private final ArchiveChunkRepository chunks;
    private int heldIndex = -1;
    private byte[] held = {};

    StoredArchive(StoredObject object, ArchiveChunkRepository chunks) {
        this.object = object;
        this.chunks = chunks;
    }

    public StoredObject object() {
        return object;
    }

    @Override
    public String name() {
        return "object " + object.id();
    }

    @Override
    public long length() {
        return object.archiveBytes();
    }

    @Override
    public void readFully(long offset, byte[] target, int from, int count) throws IOException {
        if (offset < 0 || count > length() - offset) {
            throw new EOFException(
                    "%s: %d bytes at %d asked for, it has %d".formatted(name(), count, offset, length()));
        }
        int done = 0;
        while (done < count) {
            long position = offset + done;
            byte[] chunk = chunk(Math.toIntExact(position / object.chunkBytes()));
            int within = (int) (position % object.chunkBytes());
            int bytes = Math.min(count - done, chunk.length - within);
            if (bytes <= 0) {
                throw new IllegalStateException("%s: chunk %d has %d bytes, too few for its archive"
                        .formatted(name(), heldIndex, chunk.length));
            }
            System.arraycopy(chunk, within, target, from + done, bytes);
            done += bytes;
        }
    }

    private byte[] chunk(int index) throws ObjectGoneException {
        if (index != heldIndex) {
            held = chunks.bytes(object.id(), index).orElseThrow(() -> new ObjectGoneException(object.id(), "read"));
            heldIndex = index;
        }
        return held;
    }

    /** The whole archive from its first byte. */
    public InputStream stream() {
        return stream(0, length());
    }

    /** {@code count} bytes from the one at {@code first}. */
    public InputStream stream(long first, long count) {
        return new InputStream() {
            private long position = first;
            private final long end = first + count;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] target, int from, int most) throws IOException {
                if (position == end) {
                    return most == 0 ? 0 : -1;
                }
                int bytes = (int) Math.min(Math.min(most, object.chunkBytes()), end - position);
                readFully(position, target, from, bytes);
                position += bytes;
                return bytes;
            }
        };
    }
}
