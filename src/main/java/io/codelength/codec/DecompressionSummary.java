package io.codelength.codec;

/**
 * What a decompression or a verification did.
 *
 * @param archiveBytes length of the archive
 * @param originalBytes bytes restored
 * @param frames frames decoded
 */
public record DecompressionSummary(long archiveBytes, long originalBytes, int frames) {}
