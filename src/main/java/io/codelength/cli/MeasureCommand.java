package io.codelength.cli;

import io.codelength.codec.Measurement;
import io.codelength.codec.Measurer;
import io.codelength.limit.CallScope;
import io.codelength.model.SourceModel;
import io.codelength.model.store.KnownModels.KnownModel;
import io.codelength.model.store.ModelFiles;
import io.codelength.predict.CodeLengthScorer;
import io.codelength.predict.ExactScorer;
import io.codelength.predict.Predictor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "measure",
        description = {
            "Say how many bits a model needs to write texts down. Nothing is written.",
            "",
            "Each file is cut into windows that begin anew with the start token. Exact arithmetic is what compress uses;"
                    + " float is the model as it was published, for comparison, and needs its original files."
        },
        footer = {
            "Examples:",
            "  codelength measure notes.txt",
            "  codelength measure --model smollm2 --json *.md",
            "  codelength measure --arithmetic float --model path/to/huggingface-folder notes.txt"
        })
final class MeasureCommand implements Callable<Integer> {
    private static final String LINE = "%14s  %10s  %10s  %11s  %s";

    /** A window, unless another is asked for or the model's context is shorter. */
    private static final int DEFAULT_WINDOW_TOKENS = 1024;

    private static final int WINDOW_TOKENS_MIN = 2;

    /** Whose numbers count. */
    enum Arithmetic {
        EXACT,
        FLOAT
    }

    private final Session session;

    @Mixin
    private final EngineOptions engine = new EngineOptions();

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Texts; - is standard input.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = "--model",
            paramLabel = "M",
            defaultValue = "",
            description = "A model's short name, path or fingerprint prefix. Default: the one that ships inside.")
    private String model = "";

    @Option(
            names = "--arithmetic",
            paramLabel = "A",
            defaultValue = "exact",
            description = "exact, the default, or float: float32 over the model's original weights.")
    private Arithmetic arithmetic = Arithmetic.EXACT;

    @Option(
            names = "--window",
            paramLabel = "TOKENS",
            description = "Positions the model sees, the start token included. Default: 1024, or the model's context.")
    @Nullable
    private Integer window;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    MeasureCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        engine.choice();
        return switch (arithmetic) {
            case EXACT -> measureExactly();
            case FLOAT -> measureInFloat();
        };
    }

    private int measureExactly() {
        try (Backend.Predictors predictors = engine.open(session)) {
            Predictor predictor = predictors.named(model);
            int windowTokens = windowTokens(predictor.model().shape().contextTokens());
            String description = "%s (%s)"
                    .formatted(predictor.model().name(), predictor.model().fingerprint());
            return measure(new ExactScorer(predictor, windowTokens), description, windowTokens);
        }
    }

    private int measureInFloat() throws IOException {
        Path original = original();
        try (SourceModel source = ModelFiles.open(original)) {
            int windowTokens = windowTokens(source.shape().contextTokens());
            return session.backend()
                    .inFloat(
                            source,
                            windowTokens,
                            engine.choice(),
                            scorer -> measure(scorer, source.name(), windowTokens));
        }
    }

    /** Where the weights lie that were published: the path that was named, or where an installed model came from. */
    private Path original() throws IOException {
        Path path = Path.of(model);
        if (!model.isEmpty() && Files.exists(path)) {
            return path;
        }
        KnownModel known = session.models().find(model);
        if (known instanceof KnownModel.OfStore installed) {
            Path source = Path.of(installed.model().source());
            if (Files.exists(source)) {
                return source;
            }
            throw new UsageException(
                    "--arithmetic float needs the original files of %s, which are no longer at %s; name their place with --model PATH"
                            .formatted(known.name(), source));
        }
        throw new UsageException(
                "--arithmetic float needs a model's original files, which do not ship with %s; name a Hugging Face folder or a GGUF file with --model PATH"
                        .formatted(known.name()));
    }

    private int windowTokens(int contextTokens) {
        if (window == null) {
            return Math.min(DEFAULT_WINDOW_TOKENS, contextTokens);
        }
        if (window < WINDOW_TOKENS_MIN || window > contextTokens) {
            throw new UsageException(
                    "--window %d: this model takes %d to %d".formatted(window, WINDOW_TOKENS_MIN, contextTokens));
        }
        return window;
    }

    private int measure(CodeLengthScorer scorer, String description, int windowTokens) {
        Measurer measurer = new Measurer(scorer);
        CallScope scope = engine.scope(session);
        Map<String, Measurement> measurements = new LinkedHashMap<>();
        int code = session.forEach(files, file -> {
            try (SourceFile source = SourceFile.open(file, session);
                    ProgressLine progress = new ProgressLine(session, false, source.name(), source.bytes())) {
                measurements.put(source.name(), measurer.measure(source.stream().readAllBytes(), scope, progress));
            }
        });
        Measurement total = measurements.values().stream().reduce(new Measurement(0, 0, 0), Measurement::plus);
        if (json) {
            printJson(measurements, total, description, windowTokens);
        } else {
            printTable(measurements, total);
        }
        return code;
    }

    private void printTable(Map<String, Measurement> measurements, Measurement total) {
        print(LINE, "bits", "bytes", "tokens", "bits/byte", "file");
        measurements.forEach((name, measurement) -> print(measurement, name));
        if (measurements.size() > 1) {
            print(total, "all " + measurements.size());
        }
    }

    private void print(Measurement measurement, String name) {
        print(
                LINE,
                String.format(Locale.ROOT, "%.1f", measurement.bits()),
                measurement.bytes(),
                measurement.tokens(),
                String.format(Locale.ROOT, "%.4f", measurement.bitsPerByte()),
                name);
    }

    private void print(String format, @Nullable Object... values) {
        session.terminal().out().println(String.format(Locale.ROOT, format, values));
    }

    private void printJson(
            Map<String, Measurement> measurements, Measurement total, String description, int windowTokens) {
        Map<String, Object> object = Json.object();
        object.put("model", description);
        object.put("arithmetic", arithmetic.name().toLowerCase(Locale.ROOT));
        object.put("windowTokens", windowTokens);
        object.put(
                "files",
                measurements.entrySet().stream()
                        .map(entry -> {
                            Map<String, Object> facts = Json.object();
                            facts.put("file", entry.getKey());
                            facts.putAll(facts(entry.getValue()));
                            return facts;
                        })
                        .toList());
        object.putAll(facts(total));
        Json.print(session, object);
    }

    private static Map<String, Object> facts(Measurement measurement) {
        Map<String, Object> facts = Json.object();
        facts.put("bits", measurement.bits());
        facts.put("bytes", measurement.bytes());
        facts.put("tokens", measurement.tokens());
        facts.put("bitsPerByte", measurement.bitsPerByte());
        return facts;
    }
}
