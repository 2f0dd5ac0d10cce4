package io.codelength.cli;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Decompressor;
import io.codelength.codec.DictionarySource;
import io.codelength.codec.Progress;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
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

    @Mixin
    private final DictionaryOption dictionary = new DictionaryOption();

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

    /** Two places in the original, the last one included. */
    private record Range(long first, long last) {
        static Range parse(String text) {
            Matcher matcher = RANGE.matcher(text);
            if (!matcher.matches()) {
                throw new UsageException("--range %s: write two numbers of bytes, as in 0-99".formatted(text));
            }
            return new Range(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2)));
        }
    }

    @Override
    public Integer call() throws IOException {
        Optional<Range> wanted = Optional.ofNullable(range).map(Range::parse);
        DictionarySource known = dictionary.source();
        try (Backend.Predictors predictors = engine.open(session)) {
            Decompressor decompressor = new Decompressor(predictors, CompressionOptions.DEFAULT_BATCH_LANES, known);
            OutputStream target = Output.standard(session);
            if (wanted.isPresent()) {
                catRange(decompressor, wanted.get(), target);
            } else {
                catAll(decompressor, target);
            }
            target.flush();
        }
        return ExitCode.DONE;
    }

    private void catAll(Decompressor decompressor, OutputStream target) throws IOException {
        try (SourceFile source = SourceFile.open(file, session)) {
            decompressor.decompress(
                    source.name(), source.stream(), target, Long.MAX_VALUE, engine.scope(session), Progress.NONE);
        }
    }

    private void catRange(Decompressor decompressor, Range wanted, OutputStream target) throws IOException {
        try (FileArchive archive = FileArchive.open(file)) {
            decompressor.decompressRange(
                    archive, wanted.first(), wanted.last(), target, engine.scope(session), Progress.NONE);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--range %s: %s".formatted(range, e.getMessage()));
        }
    }
}
