package io.codelength.container;

/** An archive is damaged, cut off, or not ours. Says what was found where. Exit code 3. */
public final class CorruptContainerException extends RuntimeException {
    private final long offset;

    /** @param offset bytes from the start of the archive to the place */
    public CorruptContainerException(long offset, String message) {
        super(message);
        this.offset = offset;
    }

    public long offset() {
        return offset;
    }
}
