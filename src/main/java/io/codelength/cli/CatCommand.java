package io.codelength.cli;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Decompressor;
import io.codelength.codec.Progress;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "cat",
        description = {
            "Write the original of an archive, or a range of its bytes, to standard output.",
            "",
            "A range decodes only the frames that hold it."
        },
        footer = {
            "Examples:",
            "  codelength cat notes.txt.clen | less",
            "  codelength cat --range 0-99 notes.txt.clen       the first hundred bytes"
        })
final class CatCommand implements Callable<Integer> {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,18})-(\\d{1,18})");

    private final Session session;

    @Mixin
    private final EngineOptions engine = new EngineOptions();

    @Parameters(paramLabel = "FILE.clen", description = "The archive; - is standard input, which takes no --range.")
    private String file = "";

    @Option(
            names = "--range",
            paramLabel = "FIRST-LAST",
            description = "Bytes of the original, counted from 0, the last one included.")
    @Nullable
    private String range;

    CatCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        try (Backend.Predictors predictors = engine.open(session)) {
            Decompressor decompressor = new Decompressor(predictors, CompressionOptions.DEFAULT_BATCH_LANES);
            try (SourceFile source = SourceFile.open(file, session);
                    Output target = Output.open(SourceFile.STANDARD, source, true, false, session)) {
                if (range == null) {
                    decompressor.decompress(
                            source.name(),
                            source.stream(),
                            target.stream(),
                            Long.MAX_VALUE,
                            engine.scope(session),
                            Progress.NONE);
                } else {
                    catRange(decompressor, range, target);
                }
                target.commit(source);
            }
        }
        return ExitCode.DONE;
    }

    private void catRange(Decompressor decompressor, String range, Output target) throws IOException {
        Matcher matcher = RANGE.matcher(range);
        if (!matcher.matches()) {
            throw new UsageException("--range %s: write two numbers of bytes, as in 0-99".formatted(range));
        }
        try (FileArchive archive = FileArchive.open(file)) {
            decompressor.decompressRange(
                    archive,
                    Long.parseLong(matcher.group(1)),
                    Long.parseLong(matcher.group(2)),
                    target.stream(),
                    engine.scope(session),
                    Progress.NONE);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--range %s: %s".formatted(range, e.getMessage()));
        }
    }
}
