package io.codelength.app;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Compressor;
import io.codelength.codec.Decompressor;
import io.codelength.codec.EngineChoice;
import io.codelength.codec.PredictorSource;
import io.codelength.codec.Progress;
import io.codelength.codec.Tier;
import io.codelength.container.ModelReference;
import io.codelength.limit.CallScope;
import io.codelength.mix.Mixing;
import io.codelength.model.Fingerprint;
import io.codelength.model.store.KnownModels;
import io.codelength.model.store.ModelStore;
import io.codelength.predict.Predictor;
import io.codelength.predict.schedule.SchedulingLimits;
import io.codelength.predict.schedule.SchedulingPredictor;
import io.codelength.predict.schedule.SchedulingStatistics;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * What archives of the files in {@code shared/bench} weigh: the first 16 KiB of each in every tier with the shipped model, and
 * whole files in tier {@code fast}. Every archive is decoded and compared while the table is made. The checked-in table is
 * {@code src/test/resources/io/codelength/app/ledger.csv} (CONTRIBUTING.md, "The ledger").
 */
final class Ledger {
    static final String HEADING = "file,part,tier,originalBytes,archiveBytes,archiveSha256";

    private static final int BEGINNING_BYTES = 16 << 10;

    /** Callers whose steps share passes of the model; changes no result. */
    private static final int CALLERS = 32;

    private Ledger() {}

    /** The heading, then a line for each archive. */
    static List<String> lines(Path folder) throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        KnownModels models = new KnownModels(new ModelStore(Files.createTempDirectory("codelength-ledger")));
        List<String> lines = new ArrayList<>(List.of(HEADING));
        try (EnginePredictors engine = new EnginePredictors(EngineChoice.AUTO, models, Ledger::say);
                SharedPredictor shared = new SharedPredictor(engine)) {
            List<Callable<String>> works = new ArrayList<>();
            for (Path file : files) {
                String name = folder.relativize(file).toString().replace('\\', '/');
                byte[] whole = Files.readAllBytes(file);
                byte[] beginning = Arrays.copyOf(whole, Math.min(whole.length, BEGINNING_BYTES));
                for (Tier tier : Tier.values()) {
                    works.add(() -> line(name, "16 KiB", tier, beginning, shared));
                }
                if (whole.length > BEGINNING_BYTES) {
                    works.add(() -> line(name, "whole", Tier.FAST, whole, shared));
                }
            }
            lines.addAll(inOrder(works));
        }
        return lines;
    }

    private static List<String> inOrder(List<Callable<String>> works) {
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS);
        try {
            List<String> results = new ArrayList<>();
            for (Future<String> result : callers.invokeAll(works)) {
                results.add(result.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("an archive could not be made: " + e.getCause(), e);
        } finally {
            callers.shutdownNow();
        }
    }

    private static String line(String name, String part, Tier tier, byte[] original, PredictorSource predictors)
            throws IOException {
        CompressionOptions options =
                new CompressionOptions(tier, OptionalInt.empty(), false, CompressionOptions.DEFAULT_BATCH_LANES);
        CallScope scope = CallScope.withMemory(1L << 30);
        Optional<Predictor> predictor = tier.needsModel() ? Optional.of(predictors.named("")) : Optional.empty();
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        new Compressor(predictors)
                .compress(new ByteArrayInputStream(original), archive, predictor, options, scope, Progress.NONE);
        byte[] bytes = archive.toByteArray();
        ByteArrayOutputStream restored = new ByteArrayOutputStream();
        new Decompressor(predictors, options.batchLanes())
                .decompress(name, new ByteArrayInputStream(bytes), restored, original.length, scope, Progress.NONE);
        if (!Arrays.equals(restored.toByteArray(), original)) {
            throw new IllegalStateException("%s, %s, %s: came back changed".formatted(name, part, tier));
        }
        return "%s,%s,%s,%d,%d,%s".formatted(name, part, tier, original.length, bytes.length, sha256(bytes));
    }

    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** The checked-in table. */
    static List<String> checkedIn() throws IOException {
        try (var in = Ledger.class.getResourceAsStream("ledger.csv")) {
            if (in == null) {
                throw new IllegalStateException("the tests have no resource ledger.csv");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }

    private static void say(String note) {
        System.err.println(note);
    }

    /** The shipped model for many callers at once. */
    private static final class SharedPredictor implements PredictorSource, AutoCloseable {
        private final EnginePredictors engine;
        private final Predictor predictor;

        private SharedPredictor(EnginePredictors engine) {
            this.engine = engine;
            this.predictor = new SchedulingPredictor(
                    engine.named(""), SchedulingLimits.DEFAULT, System::nanoTime, new SchedulingStatistics());
        }

        @Override
        public Predictor named(String model) {
            return predictor;
        }

        @Override
        public Predictor referred(ModelReference reference) {
            return predictor;
        }

        @Override
        public Mixing mixing() {
            return engine.mixing();
        }

        @Override
        public int threads() {
            return 2;
        }

        @Override
        public OptionalInt shippedNumber(Fingerprint fingerprint) {
            return engine.shippedNumber(fingerprint);
        }

        @Override
        public void close() {
            predictor.close();
        }
    }
}
