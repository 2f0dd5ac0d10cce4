package io.codelength.cli;

import io.codelength.cli.bench.Bench;
import io.codelength.cli.bench.BenchCoder;
import io.codelength.cli.bench.BenchResult;
import io.codelength.cli.bench.ClassicalCoder;
import io.codelength.cli.bench.ServiceLoad;
import io.codelength.cli.bench.Surroundings;
import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Compressor;
import io.codelength.codec.Decompressor;
import io.codelength.codec.DictionaryTraining;
import io.codelength.codec.EngineChoice;
import io.codelength.codec.Tier;
import io.codelength.container.Dictionary;
import io.codelength.predict.Predictor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "bench",
        description = {
            "Compress and restore files with Codelength and with classical coders, and print a table.",
            "",
            "Each coder runs once on each file, in memory, in this process, after a short text that loads its library:"
                    + " sizes are exact, speeds are of a cold JVM and memory is the whole process's. Codelength's"
                    + " compression includes verifying, as users get it.",
            "",
            "With --service the files are cut into documents and sent to a running service instead, by one client after"
                    + " another and by many at once; the options from --engines to --memory are then the service's matter.",
            "",
            "With --speed nothing is compared but this machine with itself: see that option."
        },
        footer = {
            "Examples:",
            "  codelength bench notes.txt",
            "  codelength bench --engines reference,pytorch --lanes 1,8,32 --classical none notes.txt",
            "  codelength bench --tiers none --csv *.log        classical coders alone",
            "  codelength bench --records 200 server.log",
            "  codelength bench --speed --model smollm2-135m notes.txt",
            "  codelength bench --service http://127.0.0.1:8080 --clients 1,64 --tiers standard,model notes.txt"
        })
final class BenchCommand implements Callable<Integer> {
    /** The tier that means: none of ours. */
    private static final String NONE = "none";

    private static final int CLIENTS_MOST = 10_000;

    /** Each is held in memory, and so is its archive. */
    private static final int DOCUMENT_BYTES_MOST = 64 << 20;

    private final Session session;

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Files to measure with.")
    private List<String> files = new ArrayList<>();

    @Option(
            names = "--tiers",
            paramLabel = "T",
            split = ",",
            defaultValue = "standard",
            description =
                    "Tiers to try, with commas between: fast, standard, max, model; none for classical coders alone."
                            + " Default: standard.")
    private List<String> tiers = new ArrayList<>();

    @Option(
            names = "--engines",
            paramLabel = "E",
            split = ",",
            defaultValue = "auto",
            description = "Engines to try. Default: auto.")
    private List<String> engines = new ArrayList<>();

    @Option(
            names = "--threads",
            paramLabel = "N",
            split = ",",
            defaultValue = "0",
            description = "Numbers of threads to try; 0 for one a processor, the default.")
    private List<Integer> threads = new ArrayList<>();

    @Option(
            names = "--lanes",
            paramLabel = "N",
            split = ",",
            defaultValue = "0",
            description = "Lanes a frame to try; 0, the default, for as many as compress would take.")
    private List<Integer> lanes = new ArrayList<>();

    @Option(
            names = "--model",
            paramLabel = "M",
            defaultValue = "",
            description = "A model's short name, path or fingerprint prefix. Default: the one that ships inside.")
    private String model = "";

    @Option(
            names = "--classical",
            paramLabel = "C",
            split = ",",
            defaultValue = "all",
            description = "Classical coders to compare with: all, the default, none, or some of"
                    + " gzip,zstd-3,zstd-19,zstd-22-long,xz,brotli.")
    private List<String> classical = new ArrayList<>();

    @Mixin
    private final MemoryOption memory = new MemoryOption();

    @Option(names = "--no-verify", description = "Time compression without verifying.")
    private boolean unverified;

    @Option(
            names = "--service",
            paramLabel = "URL",
            description = "Measure a running service, as in http://127.0.0.1:8080.")
    @Nullable
    private String service;

    @Option(
            names = "--clients",
            paramLabel = "N",
            split = ",",
            defaultValue = "1,64",
            description =
                    "With --service: numbers of clients at once to try; shares are of the first's time. Default: 1,64.")
    private List<Integer> clients = new ArrayList<>();

    @Option(
            names = "--documents",
            paramLabel = "N",
            defaultValue = "200",
            description = "With --service: the most documents to send. Default: 200.")
    private int documents;

    @Option(
            names = "--document-bytes",
            paramLabel = "SIZE",
            converter = Sizes.Converter.class,
            defaultValue = "1000",
            description = "With --service: about how long each is; cut where a line ends near there. Default: 1000.")
    private long documentBytes;

    @Option(
            names = "--records",
            paramLabel = "N",
            description = "Compress the first N lines of each file, each alone, with a dictionary from the others,"
                    + " beside zstd -19 with its own.")
    @Nullable
    private Integer records;

    @Option(
            names = "--dictionary-size",
            paramLabel = "SIZE",
            converter = Sizes.Converter.class,
            defaultValue = "" + DictionaryTraining.DEFAULT_BYTES,
            description = "With --records: the most bytes of both dictionaries. Default: 112640.")
    private long dictionaryBytes;

    @Option(
            names = "--speed",
            description =
                    "Measure in one run what predictions cost here, with the first megabyte of one FILE: the native"
                            + " kernels' products against their instruction's peak, passes of each engine, tier model with each"
                            + " code path, and a service of its own with 64 clients. --model names another model to measure as well."
                            + " Takes some minutes; nothing else should run.")
    private boolean speed;

    @Option(
            names = "--speed-parts",
            paramLabel = "P",
            split = ",",
            defaultValue = "products,passes,text,service,model",
            description = "With --speed: some of products,passes,text,service,model. Default: all.")
    private List<String> speedParts = new ArrayList<>();

    @Option(names = "--csv", description = "Print comma-separated values instead of a table.")
    private boolean csv;

    @Option(names = "--json", description = "Print one JSON object instead of a table.")
    private boolean json;

    BenchCommand(Session session) {
        this.session = session;
    }

    /** What happened, and what it happened with. */
    private record Report(Surroundings surroundings, Map<String, String> setup, List<BenchResult> results) {}

    @Override
    public Integer call() throws IOException {
        if (csv && json) {
            throw new UsageException("--csv and --json: choose one");
        }
        if (service != null) {
            return benchService(service);
        }
        if (records != null) {
            return benchRecords(records);
        }
        if (speed) {
            return benchSpeed();
        }
        List<ClassicalCoder> others = classicalCoders();
        List<CompressionOptions> settings = settings();
        Map<String, byte[]> originals = read();
        Report report = new Report(Surroundings.here(), new LinkedHashMap<>(), new ArrayList<>());
        for (ClassicalCoder coder : others) {
            measure(originals, coder, report);
        }
        if (!settings.isEmpty()) {
            for (String engine : engines) {
                for (int threadCount : threads) {
                    measureOurselves(new EngineChoice(engine, threadCount), settings, originals, report);
                }
            }
        }
        List<BenchResult> totals = totals(report.results());
        if (json) {
            printJson(report, totals);
        } else if (csv) {
            printCsv(report, totals);
        } else {
            printTable(report, totals);
        }
        if (!report.results().stream().allMatch(BenchResult::restored)) {
            throw new CommandFailedException("a coder did not bring the bytes back; the table says which");
        }
        return ExitCode.DONE;
    }

    private int benchService(String url) throws IOException {
        if (csv) {
            throw new UsageException("--csv has no table of a service; choose --json");
        }
        if (clients.stream().anyMatch(count -> count < 1 || count > CLIENTS_MOST)) {
            throw new UsageException("--clients: each number must be 1 to %d".formatted(CLIENTS_MOST));
        }
        if (documents < 1 || documentBytes < 1 || documentBytes > DOCUMENT_BYTES_MOST) {
            throw new UsageException("--documents must be at least 1, --document-bytes 1 to %d, but they are %d and %d"
                    .formatted(DOCUMENT_BYTES_MOST, documents, documentBytes));
        }
        List<byte[]> sent = read().values().stream()
                .flatMap(text -> ServiceLoad.documents(text, (int) documentBytes).stream())
                .limit(documents)
                .toList();
        ServiceBench bench = new ServiceBench(session, url, sent);
        bench.run(tiers, model, clients);
        bench.print(heading(new Report(Surroundings.here(), Map.of(), List.of())), json);
        return ExitCode.DONE;
    }

    private int benchSpeed() throws IOException {
        if (csv) {
            throw new UsageException("--csv has no table of speeds; choose --json");
        }
        if (files.size() != 1) {
            throw new UsageException("--speed takes one FILE, not %d".formatted(files.size()));
        }
        byte[] text = read().values().iterator().next();
        SpeedBench bench = new SpeedBench(session, memory.scope(session), files.get(0), text, model);
        bench.run(speedParts);
        bench.print(heading(new Report(Surroundings.here(), Map.of(), List.of())), json);
        return ExitCode.DONE;
    }

    private int benchRecords(int count) throws IOException {
        if (csv) {
            throw new UsageException("--csv has no table of records; choose --json");
        }
        if (count < 1
                || dictionaryBytes < DictionaryTraining.BYTES_MIN
                || dictionaryBytes > Dictionary.TEXT_BYTES_MAX) {
            throw new UsageException("--records must be at least 1, --dictionary-size %d to %d, but they are %d and %d"
                    .formatted(DictionaryTraining.BYTES_MIN, Dictionary.TEXT_BYTES_MAX, count, dictionaryBytes));
        }
        List<Tier> chosen =
                settings().stream().map(CompressionOptions::tier).distinct().toList();
        try (Backend.Predictors predictors = session.predictors(new EngineChoice(engines.get(0), threads.get(0)))) {
            RecordsBench bench =
                    new RecordsBench(session, predictors, memory.scope(session), count, (int) dictionaryBytes);
            for (Map.Entry<String, byte[]> file : read().entrySet()) {
                bench.run(file.getKey(), file.getValue(), chosen, model);
            }
            bench.print(heading(new Report(Surroundings.here(), Map.of(), List.of())), json);
            if (!bench.restored()) {
                throw new CommandFailedException("a coder did not bring the bytes back; the table says which");
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        return ExitCode.DONE;
    }

    private List<ClassicalCoder> classicalCoders() {
        List<ClassicalCoder> all = List.of(ClassicalCoder.values());
        if (classical.equals(List.of("all"))) {
            return all;
        } else if (classical.equals(List.of(NONE))) {
            return List.of();
        }
        List<ClassicalCoder> chosen = new ArrayList<>();
        for (String name : classical) {
            chosen.add(all.stream()
                    .filter(coder -> coder.shortName().equals(name))
                    .findFirst()
                    .orElseThrow(() -> new UsageException("--classical %s: choose all, none, or some of %s"
                            .formatted(
                                    name,
                                    all.stream().map(ClassicalCoder::shortName).collect(Collectors.joining(","))))));
        }
        return chosen;
    }

    /** Every tier with every number of lanes. */
    private List<CompressionOptions> settings() {
        List<CompressionOptions> settings = new ArrayList<>();
        if (tiers.equals(List.of(NONE))) {
            return settings;
        }
        try {
            for (String tier : tiers) {
                for (int laneCount : lanes) {
                    settings.add(new CompressionOptions(
                            Tier.parse(tier),
                            laneCount == 0 ? OptionalInt.empty() : OptionalInt.of(laneCount),
                            !unverified,
                            CompressionOptions.DEFAULT_BATCH_LANES));
                }
            }
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        return settings;
    }

    private Map<String, byte[]> read() throws IOException {
        Map<String, byte[]> originals = new LinkedHashMap<>();
        for (String file : files) {
            try (SourceFile source = SourceFile.open(file, session)) {
                originals.put(file, source.stream().readAllBytes());
            }
        }
        return originals;
    }

    private void measureOurselves(
            EngineChoice choice, List<CompressionOptions> settings, Map<String, byte[]> originals, Report report)
            throws IOException {
        try (Backend.Predictors predictors = session.predictors(choice)) {
            report.setup().put("engine " + choice.name(), predictors.description());
            for (CompressionOptions options : settings) {
                Optional<Predictor> predictor = predictor(predictors, options.tier()); // loaded before the clock starts
                predictor
                        .map(Predictor::model)
                        .ifPresent(exact -> report.setup()
                                .put(
                                        "model of " + options.tier(),
                                        "%s (%s)".formatted(exact.name(), exact.fingerprint())));
                String label = "%s, %s, %s, %s"
                        .formatted(
                                options.tier(),
                                choice.name(),
                                choice.threads() == 0 ? "all threads" : counted(choice.threads(), "thread"),
                                options.lanes().isEmpty()
                                        ? "auto lanes"
                                        : counted(options.lanes().getAsInt(), "lane"));
                CodelengthCoder coder = new CodelengthCoder(
                        label,
                        new Compressor(predictors),
                        new Decompressor(predictors, options.batchLanes()),
                        predictor,
                        options,
                        memory.scope(session));
                measure(originals, coder, report);
            }
        }
    }

    /** A model named on the command line is for the tiers that need one. */
    private Optional<Predictor> predictor(Backend.Predictors predictors, Tier tier) {
        return tier.predictor(predictors, tier.needsModel() ? model : "");
    }

    private static String counted(int count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }

    private void measure(Map<String, byte[]> originals, BenchCoder coder, Report report) throws IOException {
        Bench.warmUp(coder);
        for (Map.Entry<String, byte[]> file : originals.entrySet()) {
            session.cancellation().throwIfCancelled();
            if (session.terminal().errIsTerminal()) {
                session.say(coder.label() + ": " + file.getKey());
            }
            report.results().add(Bench.run(file.getKey(), file.getValue(), coder));
        }
    }

    private static List<BenchResult> totals(List<BenchResult> results) {
        Map<String, List<BenchResult>> byCoder = new LinkedHashMap<>();
        for (BenchResult result : results) {
            byCoder.computeIfAbsent(result.coder(), coder -> new ArrayList<>()).add(result);
        }
        List<BenchResult> totals = new ArrayList<>();
        byCoder.forEach((coder, ofCoder) -> totals.add(BenchResult.total(coder, ofCoder)));
        return totals;
    }

    private Map<String, String> heading(Report report) {
        Map<String, String> heading = new LinkedHashMap<>();
        heading.put("codelength", Version.number());
        heading.put("commit", report.surroundings().commit());
        heading.put("date", report.surroundings().date());
        heading.put("machine", report.surroundings().machine());
        heading.put("jdk", report.surroundings().jdk());
        heading.putAll(report.setup());
        return heading;
    }

    private void printTable(Report report, List<BenchResult> totals) {
        heading(report).forEach((key, value) -> print("%s: %s", key, value));
        for (String file : files) {
            List<BenchResult> ofFile = report.results().stream()
                    .filter(result -> result.file().equals(file))
                    .toList();
            printRows("%s, %d bytes".formatted(file, ofFile.get(0).originalBytes()), ofFile);
        }
        if (files.size() > 1) {
            printRows(
                    "all %d files, %d bytes"
                            .formatted(files.size(), totals.get(0).originalBytes()),
                    totals);
        }
    }

    private void printRows(String title, List<BenchResult> rows) {
        int width = rows.stream().mapToInt(row -> row.coder().length()).max().orElse(0);
        String line = "%-" + width + "s  %12s  %8s  %9s  %12s  %12s  %8s  %s";
        print("");
        print("%s", title);
        print(line, "coder", "bytes", "rate", "bits/byte", "KB/s in", "KB/s out", "peak MB", "restored");
        for (BenchResult row : rows) {
            print(
                    line,
                    row.coder(),
                    row.compressedBytes(),
                    decimal(100 * row.rate(), 2) + " %",
                    decimal(row.bitsPerByte(), 4),
                    decimal(row.compressKilobytesPerSecond(), 1),
                    decimal(row.decompressKilobytesPerSecond(), 1),
                    row.peakBytes().isPresent() ? decimal(row.peakBytes().getAsLong() / 1e6, 0) : "-",
                    row.restored() ? "yes" : "NO");
        }
    }

    private static String decimal(double value, int places) {
        return String.format(Locale.ROOT, "%." + places + "f", value);
    }

    private void print(String format, @Nullable Object... values) {
        session.terminal().out().println(String.format(Locale.ROOT, format, values));
    }

    private void printCsv(Report report, List<BenchResult> totals) {
        heading(report).forEach((key, value) -> print("# %s: %s", key, value));
        print("file,coder,originalBytes,compressedBytes,rate,bitsPerByte,compressKilobytesPerSecond,"
                + "decompressKilobytesPerSecond,peakBytes,restored");
        List<BenchResult> rows = new ArrayList<>(report.results());
        rows.addAll(totals);
        for (BenchResult row : rows) {
            print(
                    "%s,%s,%d,%d,%s,%s,%s,%s,%s,%s",
                    quoted(row.file()),
                    quoted(row.coder()),
                    row.originalBytes(),
                    row.compressedBytes(),
                    decimal(row.rate(), 6),
                    decimal(row.bitsPerByte(), 6),
                    decimal(row.compressKilobytesPerSecond(), 3),
                    decimal(row.decompressKilobytesPerSecond(), 3),
                    row.peakBytes().isPresent() ? Long.toString(row.peakBytes().getAsLong()) : "",
                    row.restored());
        }
    }

    private static String quoted(String value) {
        return "\"" + value.replace("\"", "\"\"") + "\"";
    }

    private void printJson(Report report, List<BenchResult> totals) {
        Map<String, Object> object = Json.object();
        object.putAll(heading(report));
        object.put("results", report.results().stream().map(BenchCommand::facts).toList());
        object.put("totals", totals.stream().map(BenchCommand::facts).toList());
        Json.print(session, object);
    }

    private static Map<String, Object> facts(BenchResult result) {
        Map<String, Object> facts = Json.object();
        if (!result.file().isEmpty()) {
            facts.put("file", result.file());
        }
        facts.put("coder", result.coder());
        facts.put("originalBytes", result.originalBytes());
        facts.put("compressedBytes", result.compressedBytes());
        facts.put("rate", result.rate());
        facts.put("bitsPerByte", result.bitsPerByte());
        facts.put("compressKilobytesPerSecond", result.compressKilobytesPerSecond());
        facts.put("decompressKilobytesPerSecond", result.decompressKilobytesPerSecond());
        result.peakBytes().ifPresent(peak -> facts.put("peakBytes", peak));
        facts.put("restored", result.restored());
        return facts;
    }
}
