package io.codelength.store;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

/**
 * Takes the bytes of a pending object's archive and commits them chunk by chunk, each in a transaction of its own, so
 * that neither memory nor a transaction grows with the archive. Closing it without {@link ObjectStore#finish} throws
 * everything away.
 */
public final class ObjectUpload extends OutputStream {
    private final ObjectStore store;
    private final UUID object;
    private final byte[] chunk = new byte[ObjectStore.CHUNK_BYTES];
    private final java.security.MessageDigest digest = Digests.sha256();
    private int filled;
    private int chunks;
    private long written;

    ObjectUpload(ObjectStore store, UUID object) {
        this.store = store;
        this.object = object;
    }

    UUID object() {
        return object;
    }

    @Override
    public void write(int value) throws IOException {
        write(new byte[] {(byte) value}, 0, 1);
    }

    @Override
    public void write(byte[] source, int from, int count) throws IOException {
        int done = 0;
        while (done < count) {
            int bytes = Math.min(count - done, chunk.length - filled);
            System.arraycopy(source, from + done, chunk, filled, bytes);
            filled += bytes;
            done += bytes;
            if (filled == chunk.length) {
                writeChunk();
            }
        }
    }

    /** Commits what is left, once nothing more will come. */
    Written end() throws IOException {
        if (filled > 0) {
            writeChunk();
        }
        return new Written(written, chunks, HexFormat.of().formatHex(digest.digest()));
    }

    private void writeChunk() throws IOException {
        byte[] bytes = Arrays.copyOf(chunk, filled);
        store.writeChunk(object, chunks, bytes);
        digest.update(bytes);
        written += filled;
        chunks++;
        filled = 0;
    }

    /** Gives the object up unless it was finished. */
    @Override
    public void close() {
        store.abandon(object);
    }

    /** What was handed to the database. */
    record Written(long bytes, int chunks, String sha256) {}
}
