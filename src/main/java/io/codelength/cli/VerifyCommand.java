package io.codelength.cli;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.DecompressionSummary;
import io.codelength.codec.Decompressor;
import io.codelength.codec.DictionarySource;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "verify",
        description = {
            "Decode archives as a reader would, writing nothing, and say whether they are sound.",
            "",
            "Exit code 3 means damage; the message names the place."
        },
        footer = {"Examples:", "  codelength verify *.clen", "  codelength verify --json backup.clen"})
final class VerifyCommand implements Callable<Integer> {
    private final Session session;

    @Mixin
    private final EngineOptions engine = new EngineOptions();

    @Mixin
    private final DictionaryOption dictionary = new DictionaryOption();

    @Parameters(arity = "1..*", paramLabel = "FILE.clen", description = "Archives; - is standard input.")
    private List<String> files = new ArrayList<>();

    @Option(names = "--checksums", description = "Compare the archive's own checksums only: fast, and needs no model.")
    private boolean checksums;

    @Option(
            names = {"-q", "--quiet"},
            description = "Say nothing but errors.")
    private boolean quiet;

    @Option(names = "--json", description = "Print what was found as one JSON object on standard output.")
    private boolean json;

    VerifyCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        DictionarySource known = dictionary.source();
        List<Map<String, Object>> facts = new ArrayList<>();
        int code;
        try (Backend.Predictors predictors = engine.open(session)) {
            Decompressor decompressor = new Decompressor(predictors, CompressionOptions.DEFAULT_BATCH_LANES, known);
            code = session.forEach(files, file -> {
                try {
                    facts.add(checksums ? compareChecksums(file) : verify(file, decompressor));
                } catch (IOException | RuntimeException e) {
                    facts.add(failure(file, e));
                    throw e;
                }
            });
        }
        if (json) {
            Map<String, Object> object = Json.object();
            object.put("sound", code == ExitCode.DONE);
            object.put("files", facts);
            Json.print(session, object);
        }
        return code;
    }

    private Map<String, Object> verify(String file, Decompressor decompressor) throws IOException {
        try (SourceFile source = SourceFile.open(file, session);
                ProgressLine progress = new ProgressLine(session, quiet, source.name(), OptionalLong.empty())) {
            DecompressionSummary summary = decompressor.decompress(
                    source.name(),
                    source.stream(),
                    OutputStream.nullOutputStream(),
                    Long.MAX_VALUE,
                    engine.scope(session),
                    progress);
            progress.wipe();
            if (!quiet && !json) {
                session.say("%s: sound, %d bytes in %d frames"
                        .formatted(source.name(), summary.originalBytes(), summary.frames()));
            }
            Map<String, Object> facts = DecompressCommand.facts(source.name(), summary);
            facts.put("sound", true);
            return facts;
        }
    }

    private Map<String, Object> compareChecksums(String file) throws IOException {
        try (SourceFile source = SourceFile.open(file, session)) {
            ArchiveFacts archive = ArchiveFacts.read(source.name(), source.stream(), session.cancellation());
            if (!quiet && !json) {
                session.say("%s: checksums agree, %d frames, not decoded"
                        .formatted(source.name(), archive.frames().size()));
            }
            Map<String, Object> facts = archive.toJson(source.name(), false);
            facts.put("sound", true);
            return facts;
        }
    }

    private static Map<String, Object> failure(String file, Exception failure) {
        Map<String, Object> facts = Json.object();
        facts.put("archive", file);
        facts.put("sound", false);
        facts.put("exitCode", ExitCode.of(failure));
        facts.put("problem", ExitCode.message(failure));
        return facts;
    }
}
