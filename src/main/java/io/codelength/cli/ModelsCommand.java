package io.codelength.cli;

import io.codelength.model.ByteSource;
import io.codelength.model.ExactContents;
import io.codelength.model.ExactModel;
import io.codelength.model.Fingerprint;
import io.codelength.model.ImportProgress;
import io.codelength.model.ModelImporter;
import io.codelength.model.ModelShape;
import io.codelength.model.ShippedModels;
import io.codelength.model.SourceModel;
import io.codelength.model.store.FileByteSource;
import io.codelength.model.store.InstalledModel;
import io.codelength.model.store.KnownModels;
import io.codelength.model.store.KnownModels.KnownModel;
import io.codelength.model.store.ModelFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "models",
        description = {
            "Import, list and check the models that archives need.",
            "",
            "A model is named by its short name, by the path of an exact file, or by four or more digits of its fingerprint."
        },
        footer = {
            "Examples:",
            "  codelength models import SmolLM2-135M-Instruct.Q4_1.gguf --name smollm2",
            "  codelength models list",
            "  codelength models show base"
        })
final class ModelsCommand implements Runnable {
    /** What exported models are called. */
    private static final String EXACT_SUFFIX = ".exact";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "name what to do: import, export, list, show, verify or remove");
    }

    /** All of them, to be added under {@code models}. */
    static List<Object> subcommands(Session session) {
        return List.of(
                new Import(session),
                new Export(session),
                new ListModels(session),
                new Show(session),
                new Verify(session),
                new Remove(session));
    }

    private static String kept(KnownModel model) {
        if (model instanceof KnownModel.OfProgram ours) {
            return "shipped, number " + ours.model().number();
        }
        return model instanceof KnownModel.OfStore ? "installed" : "a file";
    }

    private static Map<String, Object> facts(KnownModel model) {
        Map<String, Object> facts = Json.object();
        facts.put("name", model.name());
        facts.put("fingerprint", model.fingerprint().toString());
        facts.put("kept", kept(model));
        facts.put("bytes", model.bytes());
        if (model instanceof KnownModel.OfStore installed) {
            facts.put("source", installed.model().source());
            facts.put("importedAt", installed.model().importedAt().toString());
        }
        return facts;
    }

    @Command(
            name = "import",
            description = {
                "Turn a model into its exact form and install it.",
                "",
                "Takes a folder in Hugging Face layout (config.json, tokenizer.json, *.safetensors), a GGUF file, or an"
                        + " exact file that was exported. The same files give the same fingerprint on every machine."
            },
            footer = {
                "Examples:",
                "  codelength models import path/to/huggingface-folder",
                "  codelength models import --name smollm2 SmolLM2-135M-Instruct.Q4_1.gguf"
            })
    private static final class Import implements Callable<Integer> {
        private final Session session;

        @Parameters(paramLabel = "PATH", description = "A folder, a GGUF file or an exact file.")
        private Path path = Path.of("");

        @Option(
                names = "--name",
                paramLabel = "NAME",
                description = "The short name: letters, digits, '.', '_' and '-'. Default: from the path.")
        @Nullable
        private String name;

        @Option(
                names = "--threads",
                paramLabel = "N",
                defaultValue = "0",
                description = "Threads that compute; 0, the default, for one a processor. Changes no byte.")
        private int threads;

        @Option(names = "--json", description = "Print what was installed as one JSON object on standard output.")
        private boolean json;

        Import(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws IOException {
            if (threads < 0) {
                throw new UsageException("--threads %d: there cannot be fewer than 0".formatted(threads));
            }
            String shortName = name == null ? nameOf(path) : name;
            if (ShippedModels.find(shortName).isPresent()) {
                throw new UsageException(
                        "the name '%s' belongs to a model that ships inside the program; choose another with --name"
                                .formatted(shortName));
            }
            InstalledModel installed = install(shortName);
            if (json) {
                Json.print(session, facts(new KnownModel.OfStore(installed)));
            } else {
                session.say("%s: installed as %s, fingerprint %s, %s"
                        .formatted(
                                path,
                                installed.shortName(),
                                installed.fingerprint(),
                                Sizes.forPeople(installed.bytes())));
            }
            return ExitCode.DONE;
        }

        private InstalledModel install(String shortName) throws IOException {
            Instant now = Instant.now().truncatedTo(ChronoUnit.SECONDS);
            try {
                if (path.toString().endsWith(EXACT_SUFFIX) && Files.isRegularFile(path)) {
                    try (ByteSource exact = new FileByteSource(path)) {
                        return session.store().install(exact, shortName, now);
                    }
                }
                try (SourceModel source = ModelFiles.open(path)) {
                    int workers = threads == 0 ? Runtime.getRuntime().availableProcessors() : threads;
                    ExactContents contents = new ModelImporter(workers, progress(), session.cancellation()).run(source);
                    String origin = path.toAbsolutePath().normalize().toString();
                    return session.store().install(contents, shortName, origin, now);
                }
            } catch (IllegalArgumentException e) {
                throw new UsageException(String.valueOf(e.getMessage()));
            } finally {
                if (session.terminal().errIsTerminal()) {
                    session.terminal().err().print("\r\033[K");
                }
            }
        }

        private ImportProgress progress() {
            if (!session.terminal().errIsTerminal()) {
                return ImportProgress.NONE;
            }
            return (matrix, done, total) ->
                    session.terminal().err().printf(Locale.ROOT, "\r%d of %d: %s\033[K", done, total, matrix);
        }

        /** What the file or folder is called, without its ending, in lower case. */
        private static String nameOf(Path path) {
            String last = String.valueOf(path.toAbsolutePath().normalize().getFileName());
            return last.replaceFirst("(?i)\\.(gguf|exact)$", "").toLowerCase(Locale.ROOT);
        }
    }

    @Command(
            name = "export",
            description = "Write a model's exact file, for another machine's 'models import'.",
            footer = {"Examples:", "  codelength models export smollm2                  writes smollm2.exact"})
    private static final class Export implements Callable<Integer> {
        private final Session session;

        @Parameters(paramLabel = "MODEL", description = "A short name, a path or a fingerprint prefix.")
        private String model = "";

        @Option(
                names = {"-o", "--output"},
                paramLabel = "OUT",
                description = "Write here; - is standard output. Default: NAME.exact.")
        @Nullable
        private String output;

        @Option(
                names = {"-f", "--force"},
                description = "Replace an existing file; write to a terminal.")
        private boolean force;

        Export(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws IOException {
            KnownModels models = session.models();
            KnownModel known = models.find(model);
            String target = output == null ? Path.of(known.name()).getFileName() + EXACT_SUFFIX : output;
            try (Output out = Output.open(target, force, true, session)) {
                models.export(known, out.stream());
                out.commit();
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "list",
            description = "List shipped and installed models.",
            footer = {"Examples:", "  codelength models list --json"})
    private static final class ListModels implements Callable<Integer> {
        private static final String LINE = "%-24s  %-12s  %10s  %-18s  %s%n";

        private final Session session;

        @Option(names = "--json", description = "Print one JSON object.")
        private boolean json;

        ListModels(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws IOException {
            List<KnownModel> models = session.models().list();
            if (json) {
                Map<String, Object> object = Json.object();
                object.put("models", models.stream().map(ModelsCommand::facts).toList());
                Json.print(session, object);
                return ExitCode.DONE;
            }
            session.terminal().out().printf(Locale.ROOT, LINE, "name", "fingerprint", "size", "kept", "from");
            for (KnownModel model : models) {
                session.terminal()
                        .out()
                        .printf(
                                Locale.ROOT,
                                LINE,
                                model.name(),
                                model.fingerprint().abbreviated(),
                                Sizes.forPeople(model.bytes()),
                                kept(model),
                                model instanceof KnownModel.OfStore installed
                                        ? installed.model().source()
                                        : "");
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "show",
            description = "Print what a model is: sizes, context, fingerprint.",
            footer = {"Examples:", "  codelength models show base", "  codelength models show --json 3fa9"})
    private static final class Show implements Callable<Integer> {
        private final Session session;

        @Parameters(paramLabel = "MODEL", description = "A short name, a path or a fingerprint prefix.")
        private String model = "";

        @Option(names = "--json", description = "Print one JSON object.")
        private boolean json;

        Show(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws IOException {
            KnownModels models = session.models();
            KnownModel known = models.find(model);
            Map<String, Object> facts = facts(known);
            ExactModel exact = models.read(known);
            ModelShape shape = exact.shape();
            facts.put("contextTokens", shape.contextTokens());
            facts.put("symbols", exact.symbolCount());
            facts.put("hidden", shape.hidden());
            facts.put("layers", shape.layers());
            facts.put("heads", shape.heads());
            facts.put("keyValueHeads", shape.keyValueHeads());
            facts.put("headDimension", shape.headDimension());
            facts.put("feedForward", shape.feedForward());
            facts.put("normEpsilon", shape.normEpsilon());
            if (json) {
                Json.print(session, facts);
            } else {
                facts.forEach((key, value) -> session.terminal().out().printf("%-16s %s%n", key, value));
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "verify",
            description = {
                "Read models whole and compare their bytes with their fingerprints.",
                "",
                "Exit code 3 means damage; remove the model and import it again."
            },
            footer = {"Examples:", "  codelength models verify", "  codelength models verify smollm2"})
    private static final class Verify implements Callable<Integer> {
        private final Session session;

        @Parameters(arity = "0..*", paramLabel = "MODEL", description = "Which ones; all, where none is named.")
        private List<String> names = new ArrayList<>();

        @Option(names = "--json", description = "Print one JSON object.")
        private boolean json;

        Verify(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws IOException {
            KnownModels models = session.models();
            List<String> wanted = names;
            if (wanted.isEmpty()) {
                wanted = models.list().stream()
                        .map(known -> known.fingerprint().toString())
                        .distinct()
                        .toList();
            }
            List<Map<String, Object>> sound = new ArrayList<>();
            int code = session.forEach(wanted, name -> {
                KnownModel known = models.find(name);
                Fingerprint found = models.read(known).fingerprint();
                if (!found.equals(known.fingerprint())) {
                    throw new CommandFailedException("%s: its bytes have fingerprint %s, expected %s"
                            .formatted(known.name(), found, known.fingerprint()));
                }
                sound.add(facts(known));
                if (!json) {
                    session.say("%s (%s): sound".formatted(known.name(), found.abbreviated()));
                }
            });
            if (json) {
                Map<String, Object> object = Json.object();
                object.put("allSound", code == ExitCode.DONE);
                object.put("sound", sound);
                Json.print(session, object);
            }
            return code;
        }
    }

    @Command(
            name = "remove",
            description = {
                "Remove an installed model. Archives that need it cannot be read until it is imported again.",
            },
            footer = {"Examples:", "  codelength models remove smollm2"})
    private static final class Remove implements Callable<Integer> {
        private final Session session;

        @Parameters(paramLabel = "MODEL", description = "A short name or a fingerprint prefix.")
        private String model = "";

        Remove(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws IOException {
            if (ShippedModels.find(model).isPresent()) {
                throw new UsageException("%s ships inside the program and cannot be removed".formatted(model));
            }
            InstalledModel installed = session.store().find(model);
            session.store().remove(installed);
            session.say("%s (%s): removed"
                    .formatted(installed.shortName(), installed.fingerprint().abbreviated()));
            return ExitCode.DONE;
        }
    }
}
