package io.codelength.model;

import java.io.EOFException;

/** A model file in memory. */
record ArraySource(String name, byte[] bytes) implements ByteSource {
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
