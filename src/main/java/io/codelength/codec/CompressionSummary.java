package io.codelength.codec;

/**
 * What a compression did.
 *
 * @param originalBytes length of the input
 * @param archiveBytes length of the whole archive
 * @param frames frames written
 * @param sha256 digest of the input, 32 bytes; not copied
 */
public record CompressionSummary(long originalBytes, long archiveBytes, int frames, byte[] sha256) {
    /** Compressed over original; 0 for an empty input. */
    public double rate() {
        return originalBytes == 0 ? 0 : (double) archiveBytes / originalBytes;
    }

    /** Original over compressed. */
    public double ratio() {
        return (double) originalBytes / archiveBytes;
    }

    public double bitsPerByte() {
        return 8 * rate();
    }
}
