package io.codelength.cli;

import io.codelength.codec.DictionaryTraining;
import io.codelength.codec.DictionaryTraining.Splitting;
import io.codelength.container.Dictionary;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

@Command(
        name = "dictionary",
        description = {
            "Train dictionaries for small texts that are alike: records, log lines, messages.",
            "",
            "What is compressed with a dictionary can only be restored with it: keep it as long as its archives."
        },
        footer = {
            "Examples:",
            "  codelength dictionary train --split lines old.log -o log.cldict",
            "  codelength compress --dictionary log.cldict record.txt",
            "  codelength decompress --dictionary log.cldict record.txt.clen",
            "  codelength dictionary show log.cldict"
        })
final class DictionaryCommand implements Runnable {
    /** Samples are held in memory while a dictionary is trained. */
    private static final long SAMPLE_BYTES_MAX = 256L << 20;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name what to do: train or show");
    }

    /** All of them, to be added under {@code dictionary}. */
    static List<Object> subcommands(Session session) {
        return List.of(new Train(session), new Show(session));
    }

    private static Map<String, Object> facts(String file, Dictionary dictionary) {
        Map<String, Object> facts = Json.object();
        facts.put("file", file);
        facts.put("id", dictionary.id().toString());
        facts.put("sha256", dictionary.sha256());
        facts.put("bytes", dictionary.text().length);
        return facts;
    }

    @Command(
            name = "train",
            description = {
                "Choose what samples have in common and write it as a dictionary.",
                "",
                "Every file is a sample, unless --split makes more of it. Some hundred samples, a few times the dictionary's"
                        + " size in all, are a good measure. The same files give the same dictionary."
            },
            footer = {
                "Examples:",
                "  codelength dictionary train messages/*.json -o messages.cldict",
                "  codelength dictionary train --split lines --size 64K old.log -o log.cldict"
            })
    private static final class Train implements Callable<Integer> {
        private final Session session;

        @Parameters(arity = "1..*", paramLabel = "FILE", description = "Samples; - is standard input.")
        private List<String> files = new ArrayList<>();

        @Option(
                names = {"-o", "--output"},
                paramLabel = "D.cldict",
                required = true,
                description = "Where the dictionary goes; - is standard output.")
        private String output = "";

        @Option(
                names = "--size",
                paramLabel = "BYTES",
                defaultValue = "" + DictionaryTraining.DEFAULT_BYTES,
                converter = Sizes.Converter.class,
                description = "The most bytes of it, 256 to 1M. Default: 112640.")
        private long size;

        @Option(
                names = {"-B", "--split"},
                paramLabel = "lines|BYTES",
                description = "Every line, or every so many bytes, of a file is a sample of its own.")
        @Nullable
        private String split;

        @Option(
                names = {"-f", "--force"},
                description = "Replace an existing file.")
        private boolean force;

        @Option(
                names = {"-q", "--quiet"},
                description = "Say nothing but errors.")
        private boolean quiet;

        @Option(names = "--json", description = "Print what was made as one JSON object on standard output.")
        private boolean json;

        Train(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() throws IOException {
            if (json && SourceFile.isStandard(output)) {
                throw new UsageException("--json and the dictionary cannot both go to standard output; name a file");
            }
            if (size < DictionaryTraining.BYTES_MIN || size > Dictionary.TEXT_BYTES_MAX) {
                throw new UsageException(
                        "--size %d: a dictionary has %d bytes to 1 MiB".formatted(size, DictionaryTraining.BYTES_MIN));
            }
            DictionaryTraining training = new DictionaryTraining(splitting(), SAMPLE_BYTES_MAX);
            for (String file : files) {
                session.cancellation().throwIfCancelled();
                try (SourceFile source = SourceFile.open(file, session)) {
                    training.add(source.stream());
                }
            }
            Dictionary dictionary = training.train((int) size);
            try (Output target = Output.open(output, force, true, session)) {
                target.stream().write(dictionary.toBytes());
                target.commit();
                report(target.name(), dictionary, training);
            }
            return ExitCode.DONE;
        }

        private Splitting splitting() {
            if (split == null) {
                return new Splitting.Whole();
            } else if (split.equals("lines")) {
                return new Splitting.Lines();
            }
            try {
                return new Splitting.Blocks(Math.toIntExact(Sizes.parse(split)));
            } catch (TypeConversionException | IllegalArgumentException | ArithmeticException e) {
                throw new UsageException("--split %s: write lines, or a number of bytes, as in 4K".formatted(split));
            }
        }

        private void report(String target, Dictionary dictionary, DictionaryTraining training) {
            if (json) {
                Map<String, Object> facts = facts(target, dictionary);
                facts.put("samples", training.samples());
                facts.put("sampleBytes", training.sampleBytes());
                Json.print(session, facts);
            } else if (!quiet) {
                session.say("%s: dictionary %s, %d bytes from %d samples of %d bytes"
                        .formatted(
                                target,
                                dictionary.id(),
                                dictionary.text().length,
                                training.samples(),
                                training.sampleBytes()));
            }
        }
    }

    @Command(
            name = "show",
            description = "Check dictionaries and say what archives call them.",
            footer = {"Examples:", "  codelength dictionary show log.cldict"})
    private static final class Show implements Callable<Integer> {
        private final Session session;

        @Parameters(arity = "1..*", paramLabel = "D.cldict", description = "Dictionaries.")
        private List<String> files = new ArrayList<>();

        @Option(names = "--json", description = "Print one JSON object.")
        private boolean json;

        Show(Session session) {
            this.session = session;
        }

        @Override
        public Integer call() {
            List<Map<String, Object>> all = new ArrayList<>();
            int code = session.forEach(files, file -> {
                Dictionary dictionary = DictionaryOption.read(file);
                if (json) {
                    all.add(facts(file, dictionary));
                } else {
                    session.terminal()
                            .out()
                            .println("%s  %7d bytes  sha256 %s  %s"
                                    .formatted(dictionary.id(), dictionary.text().length, dictionary.sha256(), file));
                }
            });
            if (json) {
                Map<String, Object> object = Json.object();
                object.put("dictionaries", all);
                Json.print(session, object);
            }
            return code;
        }
    }
}
