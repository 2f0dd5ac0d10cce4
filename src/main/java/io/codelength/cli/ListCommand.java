package io.codelength.cli;

import io.codelength.container.ModelReference;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "list",
        description = {
            "Say what archives hold: sizes, frames, and the model and dictionary they need. None is loaded.",
            "",
            "The whole archive is read and its checksums compared, as far as that goes without decoding."
        },
        footer = {"Examples:", "  codelength list *.clen", "  codelength list --frames --json notes.txt.clen"})
final class ListCommand implements Callable<Integer> {
    private static final String LINE = "%12s  %12s  %8s  %-20s  %-34s  %s";

    private final Session session;

    @Parameters(arity = "1..*", paramLabel = "FILE.clen", description = "Archives; - is standard input.")
    private List<String> files = new ArrayList<>();

    @Option(names = "--frames", description = "One line for each frame, too.")
    private boolean frames;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    ListCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        List<Map<String, Object>> all = new ArrayList<>();
        if (!json) {
            print(LINE, "archive", "original", "rate", "frames", "needs", "file");
        }
        int code = session.forEach(files, file -> {
            try (SourceFile source = SourceFile.open(file, session)) {
                ArchiveFacts facts = ArchiveFacts.read(source.name(), source.stream(), session.cancellation());
                if (json) {
                    all.add(facts.toJson(source.name(), frames));
                } else {
                    print(source.name(), facts);
                }
            }
        });
        if (json) {
            Map<String, Object> object = Json.object();
            object.put("files", all);
            Json.print(session, object);
        }
        return code;
    }

    private void print(String name, ArchiveFacts facts) {
        print(
                LINE,
                facts.archiveBytes(),
                facts.originalBytes(),
                percent(facts.rate()),
                facts.methods(),
                needs(facts),
                name);
        if (frames) {
            for (ArchiveFacts.FrameFacts frame : facts.frames()) {
                print(
                        LINE,
                        frame.payloadBytes(),
                        frame.originalBytes(),
                        percent((double) frame.payloadBytes() / Math.max(1, frame.originalBytes())),
                        ArchiveFacts.nameOf(frame.method()),
                        frame.lanes() == 1 ? "1 lane" : frame.lanes() + " lanes",
                        "at %d, original %d".formatted(frame.archiveOffset(), frame.originalOffset()));
            }
        }
    }

    /** What decodes it: a model, a dictionary, both or nothing. */
    private static String needs(ArchiveFacts facts) {
        return Stream.concat(
                        facts.model().map(ModelReference::toString).stream(),
                        facts.dictionary().map(id -> "dictionary " + id).stream())
                .collect(Collectors.collectingAndThen(
                        Collectors.joining(", "), needs -> needs.isEmpty() ? "none" : needs));
    }

    private static String percent(double rate) {
        return String.format(Locale.ROOT, "%.2f %%", 100 * rate);
    }

    private void print(String format, @Nullable Object... values) {
        session.terminal()
                .out()
                .println(String.format(Locale.ROOT, format, values).stripTrailing());
    }
}
