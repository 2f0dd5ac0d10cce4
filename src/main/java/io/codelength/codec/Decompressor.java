package io.codelength.codec;

import io.codelength.container.ArchiveSource;
import io.codelength.limit.CallScope;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Archive to bytes: the mirror image of {@link Compressor}. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester") // until the body is there
public final class Decompressor {
    private final PredictorSource predictors;
    private final int batchLanes;

    /** @param batchLanes the most lanes that step together */
    public Decompressor(PredictorSource predictors, int batchLanes) {
        this.predictors = predictors;
        this.batchLanes = batchLanes;
    }

    /**
     * Restores the whole original. Every frame's checksum is checked before its bytes are written, the digest of all at the
     * end. To verify an archive, write to {@link OutputStream#nullOutputStream()}. Closes neither stream.
     *
     * @param name what the archive is called, for error messages
     * @param originalBytesLimit the most bytes to write
     * @throws io.codelength.container.CorruptContainerException naming the place, if the archive is damaged
     * @throws io.codelength.container.UnsupportedFormatException if it is of another version
     * @throws ModelMismatchException before anything is decoded, if its model is not here
     * @throws io.codelength.limit.LimitExceededException if the original would be longer than the limit
     */
    public DecompressionSummary decompress(
            String name,
            InputStream archive,
            OutputStream target,
            long originalBytesLimit,
            CallScope scope,
            Progress progress)
            throws IOException {
        throw new IllegalStateException("being built: " + predictors + batchLanes);
    }

    /**
     * Restores bytes {@code first} to {@code last} of the original, zero-based and inclusive, decoding only the frames that
     * hold them.
     *
     * @throws IllegalArgumentException if the range is not inside the original
     */
    public void decompressRange(
            ArchiveSource archive, long first, long last, OutputStream target, CallScope scope, Progress progress)
            throws IOException {
        throw new IllegalStateException("being built: " + predictors + batchLanes);
    }
}
