package io.codelength.cli;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.DecompressionSummary;
import io.codelength.codec.Decompressor;
import io.codelength.codec.DictionarySource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "decompress",
        description = {
            "Restore FILE from each FILE.clen and keep FILE.clen.",
            "",
            "The archive says which model it needs. Every frame is checked before its bytes are written."
        },
        footer = {
            "Examples:",
            "  codelength decompress notes.txt.clen             writes notes.txt",
            "  codelength decompress -o copy.txt notes.txt.clen",
            "  codelength decompress - < src.tar.clen | tar x"
        })
final class DecompressCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private final EngineOptions engine = new EngineOptions();

    @Mixin
    private final DictionaryOption dictionary = new DictionaryOption();

    @Mixin
    private final OutputLimitOption limit = new OutputLimitOption();

    @Parameters(arity = "1..*", paramLabel = "FILE.clen", description = "Archives; - is standard input.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "Write here instead; - is standard output, which is where standard input goes by default.")
    @Nullable
    private String output;

    @Option(
            names = {"-f", "--force"},
            description = "Replace an existing file.")
    private boolean force;

    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing but errors.")
    private boolean quiet;

    @Option(names = "--json", description = "Print what was done as one JSON object on standard output.")
    private boolean json;

    DecompressCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        DictionarySource known = dictionary.source();
        if (output != null && files.size() > 1) {
            throw new UsageException("-o takes one FILE, not %d".formatted(files.size()));
        }
        if (json && files.stream().anyMatch(file -> SourceFile.isStandard(targetOf(file)))) {
            throw new UsageException("--json and the original cannot both go to standard output; name a file with -o");
        }
        List<Map<String, Object>> facts = new ArrayList<>();
        try (Backend.Predictors predictors = engine.open(session)) {
            Decompressor decompressor = new Decompressor(predictors, CompressionOptions.DEFAULT_BATCH_LANES, known);
            int code = session.forEach(files, file -> facts.add(decompress(file, decompressor)));
            if (json) {
                Map<String, Object> object = Json.object();
                object.put("files", facts);
                Json.print(session, object);
            }
            return code;
        }
    }

    private String targetOf(String file) {
        if (output != null) {
            return output;
        }
        if (SourceFile.isStandard(file)) {
            return SourceFile.STANDARD;
        }
        if (file.endsWith(CompressCommand.SUFFIX) && file.length() > CompressCommand.SUFFIX.length()) {
            return file.substring(0, file.length() - CompressCommand.SUFFIX.length());
        }
        throw new UsageException("%s: does not end in %s; say with -o what the original shall be called"
                .formatted(file, CompressCommand.SUFFIX));
    }

    private Map<String, Object> decompress(String file, Decompressor decompressor) throws IOException {
        try (SourceFile source = SourceFile.open(file, session);
                Output target = Output.open(targetOf(file), source, force, false, session);
                ProgressLine progress = new ProgressLine(session, quiet, source.name(), OptionalLong.empty())) {
            DecompressionSummary summary = decompressor.decompress(
                    source.name(), source.stream(), target.stream(), limit.bytes(), engine.scope(session), progress);
            target.commit(source);
            progress.wipe();
            if (!quiet && !json) {
                session.say(
                        "%s: %d bytes restored (%s)".formatted(source.name(), summary.originalBytes(), target.name()));
            }
            Map<String, Object> facts = facts(source.name(), summary);
            facts.put("target", target.name());
            return facts;
        }
    }

    static Map<String, Object> facts(String archive, DecompressionSummary summary) {
        Map<String, Object> facts = Json.object();
        facts.put("archive", archive);
        facts.put("archiveBytes", summary.archiveBytes());
        facts.put("originalBytes", summary.originalBytes());
        facts.put("frames", summary.frames());
        return facts;
    }
}
