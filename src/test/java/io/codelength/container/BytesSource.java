package io.codelength.container;

import java.io.EOFException;

/** An archive in memory. */
record BytesSource(String name, byte[] bytes) implements ArchiveSource {
    BytesSource(byte[] bytes) {
        this("a.clen", bytes);
    }

    @Override
    public long length() {
        return bytes.length;
    }

    @Override
    public void readFully(long offset, byte[] target, int from, int count) throws EOFException {
        if (offset < 0 || offset + count > bytes.length) {
            throw new EOFException("%d bytes at %d of %d".formatted(count, offset, bytes.length));
        }
        System.arraycopy(bytes, (int) offset, target, from, count);
    }
}
