package io.codelength.cli;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Decompressor;
import io.codelength.codec.DictionarySource;
import io.codelength.codec.RecoverySummary;
import io.codelength.container.ArchiveRecovery.ByteRange;
import java.io.IOException;
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
        name = "recover",
        description = {
            "Bring back every undamaged frame of a damaged archive, one behind the other, and say what is missing.",
            "",
            "Works without header or footer, too. Exit code 3 means that something is missing; the rest was written."
        },
        footer = {
            "Examples:",
            "  codelength recover notes.txt.clen                writes notes.txt.recovered",
            "  codelength recover --json -o rest.txt notes.txt.clen"
        })
final class RecoverCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private final EngineOptions engine = new EngineOptions();

    @Mixin
    private final DictionaryOption dictionary = new DictionaryOption();

    @Parameters(paramLabel = "FILE.clen", description = "The archive, a file.")
    private String file = "";

    @Option(
            names = {"-o", "--output"},
            paramLabel = "OUT",
            description = "Write here; - is standard output. Default: FILE.recovered.")
    @Nullable
    private String output;

    @Option(
            names = {"-f", "--force"},
            description = "Replace an existing file.")
    private boolean force;

    @Option(
            names = "--model",
            paramLabel = "M",
            defaultValue = "",
            description = "The model to assume where neither header nor footer say which. Default: the shipped one.")
    private String model = "";

    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing but errors.")
    private boolean quiet;

    @Option(names = "--json", description = "Print what was found as one JSON object on standard output.")
    private boolean json;

    RecoverCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        String target = output == null ? defaultTarget() : output;
        if (json && SourceFile.isStandard(target)) {
            throw new UsageException("--json and the recovered bytes cannot both go to standard output; name a file");
        }
        RecoverySummary summary = recover(target);
        if (json) {
            Json.print(session, facts(target, summary));
        } else if (!quiet) {
            describe(target, summary);
        }
        return isWhole(summary) ? ExitCode.DONE : ExitCode.DAMAGED;
    }

    private static boolean isWhole(RecoverySummary summary) {
        return summary.undecodable() == 0
                && summary.damage().isEmpty()
                && summary.missing().isEmpty();
    }

    private String defaultTarget() {
        String name = file.endsWith(CompressCommand.SUFFIX)
                ? file.substring(0, file.length() - CompressCommand.SUFFIX.length())
                : file;
        return name + ".recovered";
    }

    private RecoverySummary recover(String target) throws IOException {
        DictionarySource known = dictionary.source();
        try (SourceFile source = SourceFile.open(file, session);
                FileArchive archive = FileArchive.open(file);
                Output out = Output.open(target, source, force, false, session);
                Backend.Predictors predictors = engine.open(session);
                ProgressLine progress = new ProgressLine(session, quiet, file, OptionalLong.empty())) {
            RecoverySummary summary = new Decompressor(predictors, CompressionOptions.DEFAULT_BATCH_LANES, known)
                    .recover(archive, predictors.named(model), out.stream(), engine.scope(session), progress);
            out.commit(source);
            return summary;
        }
    }

    private void describe(String target, RecoverySummary summary) {
        session.say("%s: %d bytes of %s brought back (%s)"
                .formatted(
                        file,
                        summary.originalBytes(),
                        summary.framesBefore().isPresent()
                                ? "%d of %d frames"
                                        .formatted(
                                                summary.frames(),
                                                summary.framesBefore().getAsInt())
                                : "%d frames".formatted(summary.frames()),
                        target));
        if (summary.undecodable() > 0) {
            session.say("  frames that did not decode: " + summary.undecodable());
        }
        summary.missing().forEach(range -> session.say("  missing from the original: bytes " + describe(range)));
        summary.damage().forEach(range -> session.say("  damaged in the archive: bytes " + describe(range)));
    }

    private static String describe(ByteRange range) {
        return "%d-%d".formatted(range.from(), range.to() - 1);
    }

    private Map<String, Object> facts(String target, RecoverySummary summary) {
        Map<String, Object> facts = Json.object();
        facts.put("archive", file);
        facts.put("target", target);
        facts.put("whole", isWhole(summary));
        facts.put("originalBytes", summary.originalBytes());
        facts.put("frames", summary.frames());
        facts.put("undecodable", summary.undecodable());
        summary.framesBefore().ifPresent(count -> facts.put("framesBefore", count));
        facts.put("missing", ranges(summary.missing()));
        facts.put("damage", ranges(summary.damage()));
        return facts;
    }

    private static List<Map<String, Object>> ranges(List<ByteRange> ranges) {
        return ranges.stream()
                .map(range -> {
                    Map<String, Object> facts = Json.object();
                    facts.put("first", range.from());
                    facts.put("last", range.to() - 1);
                    return facts;
                })
                .toList();
    }
}
