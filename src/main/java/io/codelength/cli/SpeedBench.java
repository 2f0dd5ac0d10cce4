package io.codelength.cli;

import io.codelength.cli.bench.Bench;
import io.codelength.cli.bench.BenchResult;
import io.codelength.cli.bench.Figure;
import io.codelength.cli.bench.NativeSpeed;
import io.codelength.cli.bench.ServiceLoad;
import io.codelength.cli.bench.ServiceProcess;
import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Compressor;
import io.codelength.codec.Decompressor;
import io.codelength.codec.EngineChoice;
import io.codelength.codec.Tier;
import io.codelength.exact.ActivationWidth;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.limit.CallScope;
import io.codelength.model.ExactLayer;
import io.codelength.model.ExactModel;
import io.codelength.predict.Predictor;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What {@code codelength bench --speed} does: every figure that the speed of predictions is judged by, of this machine and in
 * one run, the same way for every engine. {@code docs/performance.md} says what they mean.
 */
final class SpeedBench {
    /** What can be measured, in this order. */
    static final List<String> PARTS = List.of("products", "passes", "text", "service", "model");

    private static final String PYTORCH = "pytorch";
    private static final String CPU = "cpu";
    private static final List<String> WIDELY_HAD_PATHS = List.of("avx512vnni", "avx2");
    private static final int[] INPUTS = {1, 4, 16, 64};
    private static final int[] STREAMS = {32, 1};
    private static final int TEXT_BYTES_MAX = 1_000_000;
    private static final int DOCUMENTS = 200;
    private static final int DOCUMENT_BYTES = 1000;
    private static final int CLIENTS = 64;
    private static final int MODEL_STREAMS = 32;
    private static final int MODEL_DOCUMENTS = 64;

    /** System property in which the launcher names the project's folder. */
    private static final String HOME_PROPERTY = "codelength.home";

    private final Session session;
    private final CallScope scope;
    private final Optional<NativeSpeed> kernels;
    private final String text;
    private final byte[] bytes;
    private final String model;
    private final int threads =
            Runtime.getRuntime().availableProcessors(); // whatever else an engine would take by itself
    private final List<Figure> figures = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();

    /**
     * @param text the name of the file that was read
     * @param bytes what was read
     * @param model another model to measure; empty for none
     */
    SpeedBench(Session session, CallScope scope, String text, byte[] bytes, String model) {
        if (bytes.length < 2 * DOCUMENT_BYTES) {
            throw new UsageException("--speed needs a text of some kilobytes at least, but %s has %d bytes"
                    .formatted(text, bytes.length));
        }
        this.session = session;
        this.scope = scope;
        this.text = text;
        this.bytes = Arrays.copyOf(bytes, Math.min(bytes.length, TEXT_BYTES_MAX));
        this.model = model;
        kernels = session.backend().nativeSpeed();
    }

    void run(List<String> parts) throws IOException {
        for (String part : parts) {
            if (!PARTS.contains(part)) {
                throw new UsageException(
                        "--speed-parts %s: choose some of %s".formatted(part, String.join(",", PARTS)));
            }
        }
        for (String part : PARTS) {
            if (parts.contains(part)) {
                session.cancellation().throwIfCancelled();
                session.say("measuring " + part);
                switch (part) {
                    case "products" -> products("products", "");
                    case "passes" -> passes();
                    case "text" -> texts();
                    case "service" ->
                        service("service", "", List.of("model", "standard"), List.of(1, CLIENTS), DOCUMENTS);
                    default -> otherModel();
                }
            }
        }
    }

    private void add(String part, String what, double value, String unit) {
        figures.add(new Figure(part, what, value, unit));
    }

    private void skip(String what) {
        skipped.add(what);
    }

    /** The best path, and those that many processors have, as far as this one does. */
    private List<String> nativeEngines() {
        List<String> engines = new ArrayList<>();
        kernels.ifPresent(speed -> {
            engines.add(CPU + ":" + speed.paths().get(0));
            for (String path : WIDELY_HAD_PATHS) {
                if (!speed.paths().get(0).equals(path) && speed.paths().contains(path)) {
                    engines.add(CPU + ":" + path);
                }
            }
        });
        return engines;
    }

    private void products(String part, String name) {
        if (kernels.isEmpty()) {
            skip(part + ": there are no native kernels here");
            return;
        }
        NativeSpeed speed = kernels.get();
        ExactModel exact;
        try (Backend.Predictors predictors =
                session.predictors(new EngineChoice(nativeEngines().get(0), 1))) {
            exact = Tier.MODEL.predictor(predictors, name).orElseThrow().model();
        }
        double memory = speed.memoryBytes();
        add(part, "one thread reads from memory", memory / 1e9, "GB/s");
        for (String engine : nativeEngines()) {
            String path = engine.substring(CPU.length() + 1);
            double peak = speed.peakOperations(path);
            add(part, path + ": the dot-product instruction at most", peak / 1e9, "GOPS");
            matrices(exact).forEach((matrixName, matrix) -> {
                int bits = matrix.input() == ActivationWidth.BITS_15 ? 15 : 8;
                for (int inputs : INPUTS) {
                    double operations = speed.productOperations(path, matrix.rows(), matrix.columns(), bits, inputs);
                    add(
                            part,
                            "%s: %s %s, %d x %d, %d bits, %d rows"
                                    .formatted(
                                            path,
                                            exact.name(),
                                            matrixName,
                                            matrix.rows(),
                                            matrix.columns(),
                                            bits,
                                            inputs),
                            100 * operations / peak,
                            "% of peak");
                }
            });
        }
    }

    private static Map<String, QuantizedMatrix> matrices(ExactModel exact) {
        ExactLayer layer = exact.layers().get(0);
        Map<String, QuantizedMatrix> matrices = new LinkedHashMap<>();
        matrices.put("query", layer.query());
        matrices.put("key", layer.key());
        matrices.put("output", layer.output());
        matrices.put("gate", layer.gate());
        matrices.put("down", layer.down());
        matrices.put("head", exact.head());
        return matrices;
    }

    /**
     * Tokens a second of one engine.
     *
     * @param steps in the order of the numbers of streams that were asked for
     */
    private record Passes(double prefill, List<Double> steps) {}

    private void passes() {
        Optional<Passes> slow = tried(PYTORCH, "", STREAMS);
        for (String engine : nativeEngines()) {
            Optional<Passes> fast = tried(engine, "", STREAMS);
            if (slow.isPresent() && fast.isPresent()) {
                String versus = engine + " against " + PYTORCH;
                add(
                        "passes",
                        versus + ", prefill",
                        fast.get().prefill() / slow.get().prefill(),
                        "times");
                for (int i = 0; i < STREAMS.length; i++) {
                    add(
                            "passes",
                            "%s, decoding, %s".formatted(versus, counted(STREAMS[i])),
                            fast.get().steps().get(i) / slow.get().steps().get(i),
                            "times");
                }
            }
        }
    }

    /** @return nothing if there is no such engine here, which is said */
    private Optional<Passes> tried(String engine, String name, int[] streamCounts) {
        try (Backend.Predictors predictors = session.predictors(new EngineChoice(engine, threads))) {
            Predictor predictor = Tier.MODEL.predictor(predictors, name).orElseThrow();
            String label = "%s, %s".formatted(predictor.model().name(), engine);
            PassSpeed speed = new PassSpeed(predictor, bytes, scope);
            List<Double> steps = new ArrayList<>();
            double prefill = speed.prefill();
            add(name.isEmpty() ? "passes" : "model", label + ": prefill", prefill, "tokens/s");
            for (int streams : streamCounts) {
                double reached = speed.steps(streams);
                steps.add(reached);
                add(
                        name.isEmpty() ? "passes" : "model",
                        "%s: decoding, %s".formatted(label, counted(streams)),
                        reached,
                        "tokens/s");
            }
            return Optional.of(new Passes(prefill, steps));
        } catch (IllegalStateException | LinkageError failure) {
            skip("engine %s: %s".formatted(engine, failure.getMessage()));
            return Optional.empty();
        }
    }

    private static String counted(int streams) {
        return streams + (streams == 1 ? " stream" : " streams");
    }

    private void texts() throws IOException {
        if (kernels.isEmpty()) {
            skip("text: there are no native kernels here");
        }
        for (String engine : nativeEngines()) {
            try (Backend.Predictors predictors = session.predictors(new EngineChoice(engine, threads))) {
                CodelengthCoder coder = new CodelengthCoder(
                        engine,
                        new Compressor(predictors),
                        new Decompressor(predictors, CompressionOptions.DEFAULT_BATCH_LANES),
                        Tier.MODEL.predictor(predictors, ""),
                        new CompressionOptions(
                                Tier.MODEL, OptionalInt.empty(), false, CompressionOptions.DEFAULT_BATCH_LANES),
                        scope);
                Bench.warmUp(coder);
                BenchResult result = Bench.run(text, bytes, coder);
                if (!result.restored()) {
                    throw new CommandFailedException(
                            "%s did not bring the bytes of %s back; report this".formatted(engine, text));
                }
                String what = "tier model, %s, first %d bytes: ".formatted(engine, bytes.length);
                add("text", what + "compress", result.compressKilobytesPerSecond(), "KB/s");
                add("text", what + "decompress", result.decompressKilobytesPerSecond(), "KB/s");
            }
        }
    }

    private void otherModel() throws IOException {
        if (model.isEmpty()) {
            skip("model: name an installed one with --model, as in smollm2-135m");
            return;
        }
        products("model", model);
        for (String engine : nativeEngines()) {
            tried(engine, model, new int[] {MODEL_STREAMS});
        }
        service("model", model, List.of("model"), List.of(MODEL_STREAMS), MODEL_DOCUMENTS);
    }

    private void service(String part, String name, List<String> tiers, List<Integer> clients, int documentsMost)
            throws IOException {
        Path launcher = Path.of(System.getProperty(HOME_PROPERTY, ".")).resolve("codelength");
        if (!Files.isExecutable(launcher)) {
            skip("%s: there is no launcher %s to start a service with".formatted(part, launcher));
            return;
        }
        List<byte[]> documents = ServiceLoad.documents(bytes, DOCUMENT_BYTES).stream()
                .limit(documentsMost)
                .toList();
        Path data = Files.createTempDirectory("codelength-bench");
        try (ServiceProcess process = ServiceProcess.start(launcher, data)) {
            ServiceBench bench = new ServiceBench(session, process.url(), documents);
            bench.run(tiers, name, clients);
            figures.addAll(bench.figures(part));
        } finally {
            delete(data);
        }
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path emptied, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(emptied);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    void print(Map<String, String> heading, boolean json) {
        if (json) {
            Map<String, Object> facts = Json.object();
            facts.putAll(heading);
            facts.put("text", text);
            facts.put("figures", figures);
            facts.put("skipped", skipped);
            Json.print(session, facts);
            return;
        }
        heading.forEach((key, value) -> line("%s: %s", key, value));
        line("text: %s", text);
        int width = figures.stream()
                .mapToInt(figure -> figure.what().length())
                .max()
                .orElse(0);
        String part = "";
        for (Figure figure : figures) {
            if (!figure.part().equals(part)) {
                part = figure.part();
                line("");
                line("%s", part);
            }
            line("  %-" + width + "s  %12s %s", figure.what(), decimal(figure.value()), figure.unit());
        }
        if (!skipped.isEmpty()) {
            line("");
            skipped.forEach(what -> line("not measured: %s", what));
        }
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }

    private void line(String format, @Nullable Object... values) {
        session.terminal().out().println(String.format(Locale.ROOT, format, values));
    }
}
