package io.codelength.codec;

import io.codelength.limit.CallScope;
import io.codelength.predict.Predictor;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Bytes to archive. Thread-safe; see {@link Decompressor} for the way back. */
@SuppressWarnings("DoNotCallSuggester") // until the body is there
public final class Compressor {
    private final PredictorSource predictors;

    public Compressor(PredictorSource predictors) {
        this.predictors = predictors;
    }

    /**
     * Reads the source to its end and writes a whole archive. A frame is written only after it was decoded and compared
     * (unless the options say otherwise). Closes neither stream.
     *
     * @param predictor the model to use, from this compressor's source
     * @throws IOException if a stream fails; what was written is then no archive
     * @throws io.codelength.limit.CancelledException if the scope was cancelled, within a step
     * @throws io.codelength.limit.LimitExceededException if the scope's memory does not hold one lane
     */
    public CompressionSummary compress(
            InputStream source,
            OutputStream archive,
            Predictor predictor,
            CompressionOptions options,
            CallScope scope,
            Progress progress)
            throws IOException {
        throw new IllegalStateException("being built: " + predictors);
    }
}
