package io.codelength.container;

import java.io.IOException;

/** An archive that can be read at any place: a file, or rows of a database. */
public interface ArchiveSource {
    /** What it is called, for error messages. */
    String name();

    /** Length in bytes. */
    long length();

    /**
     * Reads exactly {@code count} bytes.
     *
     * @throws java.io.EOFException if the archive ends before
     */
    void readFully(long offset, byte[] target, int from, int count) throws IOException;
}
