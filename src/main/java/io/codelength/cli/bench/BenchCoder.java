package io.codelength.cli.bench;

import java.io.IOException;

/** One row of the table: a way to make bytes fewer, with its settings, and the way back. */
public interface BenchCoder {
    /** What the row is called, as in {@code zstd -19}. */
    String label();

    byte[] compress(byte[] original) throws IOException;

    /** @param originalBytes length of what comes back, which some coders want to know */
    byte[] decompress(byte[] compressed, int originalBytes) throws IOException;
}
