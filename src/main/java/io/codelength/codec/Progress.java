package io.codelength.codec;

/** Is told how far long work has come. Called from the working thread; must return quickly. */
@FunctionalInterface
public interface Progress {
    Progress NONE = bytes -> {};

    /** @param bytes of the original done so far, for a decompression too */
    void reached(long bytes);
}
