package io.codelength.app;

import io.codelength.cli.bench.BenchCoder;
import io.codelength.cli.bench.ClassicalCoder;
import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Compressor;
import io.codelength.codec.Decompressor;
import io.codelength.codec.EngineChoice;
import io.codelength.codec.Progress;
import io.codelength.codec.Tier;
import io.codelength.limit.CallScope;
import io.codelength.model.store.KnownModels;
import io.codelength.model.store.ModelStore;
import io.codelength.predict.Predictor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What short texts cost, each compressed alone: the first paragraphs (lines, without their line feed) of a file that have 200
 * to 2,000 bytes. Run by hand for the figures in {@code docs/performance.md}.
 */
public final class SmallRecords {
    private static final int BYTES_MIN = 200;
    private static final int BYTES_MAX = 2000;
    private static final CallScope SCOPE = CallScope.withMemory(1L << 31);

    private SmallRecords() {}

    /** Prints what all paragraphs together take. Arguments: a file, how many paragraphs of it, tiers. */
    public static void main(String[] arguments) throws IOException {
        List<byte[]> records = paragraphs(Files.readAllBytes(Path.of(arguments[0])), Integer.parseInt(arguments[1]));
        long original = records.stream().mapToLong(record -> record.length).sum();
        System.out.printf("%d paragraphs, %d bytes%n", records.size(), original);
        long brotli = 0;
        for (byte[] record : records) {
            brotli += ((BenchCoder) ClassicalCoder.BROTLI).compress(record).length;
        }
        print("brotli 11", brotli, original, brotli);
        for (String name : Arrays.copyOfRange(arguments, 2, arguments.length)) {
            print(name, compressedBytes(Tier.parse(name), records), original, brotli);
        }
    }

    private static void print(String name, long bytes, long original, long brotli) {
        System.out.printf(
                "%-10s %8d bytes, %.4f bits a byte, %.2f %% of brotli's%n",
                name, bytes, 8.0 * bytes / original, 100.0 * bytes / brotli);
    }

    static List<byte[]> paragraphs(byte[] text, int count) {
        List<byte[]> paragraphs = new ArrayList<>();
        for (int from = 0, at = 0; at <= text.length && paragraphs.size() < count; at++) {
            if (at == text.length || text[at] == '\n') {
                if (at - from >= BYTES_MIN && at - from <= BYTES_MAX) {
                    paragraphs.add(Arrays.copyOfRange(text, from, at));
                }
                from = at + 1;
            }
        }
        return paragraphs;
    }

    private static long compressedBytes(Tier tier, List<byte[]> records) throws IOException {
        KnownModels models = new KnownModels(new ModelStore(Files.createTempDirectory("codelength-records")));
        CompressionOptions options =
                new CompressionOptions(tier, OptionalInt.empty(), false, CompressionOptions.DEFAULT_BATCH_LANES);
        long bytes = 0;
        try (EnginePredictors predictors = new EnginePredictors(EngineChoice.AUTO, models, SmallRecords::say)) {
            Optional<Predictor> predictor = tier.predictor(predictors, "");
            Compressor compressor = new Compressor(predictors);
            Decompressor decompressor = new Decompressor(predictors, options.batchLanes());
            for (byte[] record : records) {
                ByteArrayOutputStream archive = new ByteArrayOutputStream();
                compressor.compress(
                        new ByteArrayInputStream(record), archive, predictor, options, SCOPE, Progress.NONE);
                bytes += archive.size();
                ByteArrayOutputStream restored = new ByteArrayOutputStream();
                decompressor.decompress(
                        "record",
                        new ByteArrayInputStream(archive.toByteArray()),
                        restored,
                        record.length,
                        SCOPE,
                        Progress.NONE);
                if (!Arrays.equals(restored.toByteArray(), record)) {
                    throw new IllegalStateException("a paragraph came back changed");
                }
            }
        }
        return bytes;
    }

    private static void say(String note) {
        System.err.println(note);
    }
}
