package io.codelength.app;

import io.codelength.cli.Backend;
import io.codelength.cli.Session;
import io.codelength.cli.Sizes;
import io.codelength.cli.UsageException;
import io.codelength.codec.EngineChoice;
import io.codelength.model.store.KnownModels;
import io.codelength.model.store.KnownModels.KnownModel;
import io.codelength.predict.schedule.SchedulingLimits;
import io.codelength.predict.schedule.SchedulingStatistics;
import io.codelength.web.ModelCatalog.ModelSummary;
import io.codelength.web.ServiceLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        description = {
            "Run the REST service until it is interrupted.",
            "",
            "Objects live in PostgreSQL: one of its own below the data directory, or the one you name."
        },
        footer = {
            "Examples:",
            "  codelength serve",
            "  codelength serve --port 9000 --data /srv/codelength",
            "  curl --data-binary @notes.txt 'http://127.0.0.1:8080/v1/objects?name=notes.txt'"
        })
final class ServeCommand implements Callable<Integer> {
    private final Session session;

    @Option(
            names = "--port",
            paramLabel = "N",
            description = "Where to listen; 0 for any free port. Default: " + ServeOptions.DEFAULT_PORT + ".")
    private int port = ServeOptions.DEFAULT_PORT;

    @Option(
            names = "--address",
            paramLabel = "A",
            description = "The address to listen on. There is no authentication: think before you change it. Default: "
                    + ServeOptions.DEFAULT_ADDRESS + ".")
    private String address = ServeOptions.DEFAULT_ADDRESS;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where the database's files lie. Default: 'data' in CODELENGTH_HOME.")
    @Nullable
    private Path data;

    @Option(
            names = "--database-url",
            paramLabel = "URL",
            description = "A PostgreSQL server to use instead, as in jdbc:postgresql://host/name. User and password:"
                    + " CODELENGTH_DATABASE_USER and CODELENGTH_DATABASE_PASSWORD.")
    @Nullable
    private String databaseUrl;

    @Option(
            names = "--engine",
            paramLabel = "E",
            description = "What computes: auto, cpu, pytorch or reference. All give the same bytes. Default: auto.")
    private String engine = EngineChoice.AUTO.name();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Threads that compute; 0, the default, for one a processor.")
    private int threads;

    @Option(
            names = "--body-limit",
            paramLabel = "SIZE",
            converter = Sizes.Converter.class,
            description = "The longest body of a request, as in 100M. Longer ones are answered with 413.")
    private long bodyBytes = ServiceLimits.defaults().bodyBytes();

    @Option(
            names = "--output-limit",
            paramLabel = "SIZE",
            converter = Sizes.Converter.class,
            description = "The most bytes that a decompression may give.")
    private long outputBytes = ServiceLimits.defaults().outputBytes();

    @Option(
            names = "--in-flight",
            paramLabel = "N",
            description =
                    "How many requests compute at once; one of more than 64 KB counts as a quarter of them. More wait"
                            + " their turn or are answered with 503.")
    private int inFlight = ServiceLimits.defaults().inFlight();

    @Option(names = "--queued", paramLabel = "N", description = "How many requests may wait for their turn.")
    private int queued = ServiceLimits.defaults().queued();

    @Option(names = "--queue-seconds", paramLabel = "N", description = "How long they wait at most.")
    private long queueSeconds = ServiceLimits.defaults().queueWait().toSeconds();

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = Sizes.Converter.class,
            description = "Memory for the state of predictions, all requests together. Default: half of the JVM's.")
    private long memoryBytes = ServiceLimits.defaults().memoryBytes();

    ServeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() throws IOException {
        KnownModels models = session.models();
        SchedulingStatistics statistics = new SchedulingStatistics();
        try (Backend.Predictors predictors = predictors(models, statistics)) {
            ServeOptions defaults = ServeOptions.in(session.home(), predictors, statistics, () -> catalog(models));
            ServeOptions options = new ServeOptions(
                    port,
                    address,
                    data == null ? defaults.data() : data,
                    defaults.programs(),
                    database(),
                    new ServiceLimits(
                            bodyBytes, outputBytes, inFlight, queued, Duration.ofSeconds(queueSeconds), memoryBytes),
                    predictors,
                    statistics,
                    defaults.catalog());
            Service service = Service.start(options);
            try {
                session.interruption().await();
            } finally {
                service.close();
            }
        }
        return 0;
    }

    private Backend.Predictors predictors(KnownModels models, SchedulingStatistics statistics) {
        try {
            return EnginePredictors.shared(
                    new EngineChoice(engine, threads), models, session::note, SchedulingLimits.DEFAULT, statistics);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** What requests may name. */
    static List<ModelSummary> catalog(KnownModels models) {
        try {
            List<ModelSummary> summaries = new ArrayList<>();
            for (KnownModel model : models.list()) {
                summaries.add(new ModelSummary(
                        model.name(),
                        model.fingerprint().toString(),
                        model instanceof KnownModel.OfProgram,
                        model.bytes()));
            }
            return summaries;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<ServeOptions.Database> database() {
        return Optional.ofNullable(databaseUrl)
                .map(url -> new ServeOptions.Database(
                        url,
                        session.environment().getOrDefault("CODELENGTH_DATABASE_USER", ""),
                        session.environment().getOrDefault("CODELENGTH_DATABASE_PASSWORD", "")));
    }
}
