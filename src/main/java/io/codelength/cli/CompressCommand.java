package io.codelength.cli;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.CompressionSummary;
import io.codelength.codec.Compressor;
import io.codelength.codec.Tier;
import io.codelength.container.Dictionary;
import io.codelength.predict.Predictor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "compress",
        description = {
            "Write FILE.clen beside each FILE and keep FILE.",
            "",
            "Every archive is verified by decoding it before it takes its place; an interrupted run leaves nothing."
        },
        footer = {
            "Examples:",
            "  codelength compress notes.txt                    writes notes.txt.clen",
            "  codelength compress --model smollm2 *.md         with an installed model",
            "  tar c src | codelength compress - > src.tar.clen",
            "  codelength compress --dictionary log.cldict record.txt"
        })
final class CompressCommand implements Callable<Integer> {
    /** What archives are called. */
    static final String SUFFIX = ".clen";

    private final Session session;

    @Mixin
    private final EngineOptions engine = new EngineOptions();

    @Mixin
    private final DictionaryOption dictionary = new DictionaryOption();

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files to compress; - is standard input.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "Write here instead; - is standard output, which is where standard input goes by default.")
    @Nullable
    private String output;

    @Option(
            names = {"-f", "--force"},
            description = "Replace an existing file; write to a terminal.")
    private boolean force;

    @Option(
            names = "--tier",
            paramLabel = "T",
            description = {
                "What to spend: fast (no language model: logs, machine data, large files),",
                "standard (the default), max (the largest installed model, for what is small or precious),",
                "or model (a language model alone)."
            })
    @Nullable
    private String tier;

    @Option(
            names = "--model",
            paramLabel = "M",
            defaultValue = "",
            description = {
                "A model's short name, path or fingerprint prefix.",
                "Default: the one that ships inside; for max the largest there is."
            })
    private String model = "";

    @Option(
            names = "--lanes",
            paramLabel = "N",
            description = "Streams a frame is cut into, 1 to 32. More decode faster and cost size. Default: by size.")
    @Nullable
    private Integer lanes;

    @Option(names = "--no-verify", description = "Skip decoding what was written.")
    private boolean unverified;

    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing but errors.")
    private boolean quiet;

    @Option(names = "--json", description = "Print what was done as one JSON object on standard output.")
    private boolean json;

    CompressCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        CompressionOptions options = options();
        if (output != null && files.size() > 1) {
            throw new UsageException("-o takes one FILE, not %d".formatted(files.size()));
        }
        if (json && files.stream().anyMatch(file -> SourceFile.isStandard(targetOf(file)))) {
            throw new UsageException("--json and the archive cannot both go to standard output; name a file with -o");
        }
        List<Map<String, Object>> facts = new ArrayList<>();
        try (Backend.Predictors predictors = engine.open(session)) {
            Compressor compressor = new Compressor(predictors);
            int code = session.forEach(files, file -> facts.add(compress(file, compressor, predictors, options)));
            if (json) {
                Map<String, Object> object = Json.object();
                object.put("files", facts);
                Json.print(session, object);
            }
            return code;
        }
    }

    private CompressionOptions options() throws IOException {
        Optional<Dictionary> learned = dictionary.read();
        try {
            return new CompressionOptions(
                    tier == null ? Tier.DEFAULT : Tier.parse(tier),
                    lanes == null ? OptionalInt.empty() : OptionalInt.of(lanes),
                    !unverified,
                    CompressionOptions.DEFAULT_BATCH_LANES,
                    learned);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private Optional<Predictor> predictor(Backend.Predictors predictors, Tier chosen) {
        try {
            return chosen.predictor(predictors, model);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private String targetOf(String file) {
        if (output != null) {
            return output;
        }
        return SourceFile.isStandard(file) ? SourceFile.STANDARD : file + SUFFIX;
    }

    private Map<String, Object> compress(
            String file, Compressor compressor, Backend.Predictors predictors, CompressionOptions options)
            throws IOException {
        try (SourceFile source = SourceFile.open(file, session);
                Output target = Output.open(targetOf(file), source, force, true, session);
                ProgressLine progress = new ProgressLine(session, quiet, source.name(), source.bytes())) {
            CompressionSummary summary = compressor.compress(
                    source.stream(),
                    target.stream(),
                    predictor(predictors, options.tier()),
                    options,
                    engine.scope(session),
                    progress);
            target.commit(source);
            progress.wipe();
            if (!quiet && !json) {
                session.say(describe(source.name(), target.name(), summary));
            }
            return facts(source.name(), target.name(), summary);
        }
    }

    private static String describe(String source, String target, CompressionSummary summary) {
        return String.format(
                Locale.ROOT,
                "%s: %.2f %%, %.3f bits per byte (%d => %d bytes, %s)",
                source,
                100 * summary.rate(),
                summary.bitsPerByte(),
                summary.originalBytes(),
                summary.archiveBytes(),
                target);
    }

    private static Map<String, Object> facts(String source, String target, CompressionSummary summary) {
        Map<String, Object> facts = Json.object();
        facts.put("source", source);
        facts.put("archive", target);
        facts.put("originalBytes", summary.originalBytes());
        facts.put("archiveBytes", summary.archiveBytes());
        facts.put("frames", summary.frames());
        facts.put("rate", summary.rate());
        facts.put("ratio", summary.ratio());
        facts.put("bitsPerByte", summary.bitsPerByte());
        facts.put("sha256", HexFormat.of().formatHex(summary.sha256()));
        return facts;
    }
}
