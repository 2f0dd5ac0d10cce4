package io.codelength.cli;

import io.codelength.cli.bench.BenchCoder;
import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Compressor;
import io.codelength.codec.Decompressor;
import io.codelength.codec.Progress;
import io.codelength.limit.CallScope;
import io.codelength.predict.Predictor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;

/** Ourselves, as a row of the table of {@code bench}. */
record CodelengthCoder(
        String label,
        Compressor compressor,
        Decompressor decompressor,
        Optional<Predictor> predictor,
        CompressionOptions options,
        CallScope scope)
        implements BenchCoder {

    @Override
    public byte[] compress(byte[] original) throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        compressor.compress(new ByteArrayInputStream(original), archive, predictor, options, scope, Progress.NONE);
        return archive.toByteArray();
    }

    @Override
    public byte[] decompress(byte[] compressed, int originalBytes) throws IOException {
        ByteArrayOutputStream original = new ByteArrayOutputStream(originalBytes);
        decompressor.decompress(
                label, new ByteArrayInputStream(compressed), original, originalBytes, scope, Progress.NONE);
        return original.toByteArray();
    }
}
