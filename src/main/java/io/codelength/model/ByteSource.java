package io.codelength.model;

import java.io.Closeable;
import java.io.IOException;

/** The bytes of one model file, readable at any place; the only way this package meets files. Thread-safe. */
public interface ByteSource extends Closeable {
    /** What it is called, for error messages. */
    String name();

    /** Length in bytes. */
    long length();

    /**
     * Reads exactly {@code count} bytes.
     *
     * @throws java.io.EOFException if the source ends before
     */
    void readFully(long offset, byte[] target, int from, int count) throws IOException;

    @Override
    default void close() throws IOException {}
}
