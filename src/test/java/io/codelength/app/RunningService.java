package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.codec.ModelMismatchException;
import io.codelength.codec.PredictorSource;
import io.codelength.container.ModelReference;
import io.codelength.model.Fingerprint;
import io.codelength.predict.Predictor;
import io.codelength.predict.schedule.SchedulingStatistics;
import io.codelength.web.ModelCatalog.ModelSummary;
import io.codelength.web.ServiceLimits;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real service on a port of its own, and plain HTTP to it. */
final class RunningService implements AutoCloseable {
    static final ServiceLimits SMALL_LIMITS =
            new ServiceLimits(1 << 20, 1 << 19, 2, 2, Duration.ofSeconds(2), 1L << 30);

    private static final JsonMapper JSON = new JsonMapper();

    private final Service service;
    private final Path data;
    private final HttpClient client = HttpClient.newHttpClient();

    private RunningService(Service service, Path data) {
        this.service = service;
        this.data = data;
    }

    /** Where tests unpack PostgreSQL's programs, once for all. */
    static Path programs() {
        return Path.of(System.getProperty("codelength.build", "target")).resolve("postgresql");
    }

    static ServeOptions options(Path data, PredictorSource predictors, ServiceLimits limits) {
        return new ServeOptions(
                0,
                ServeOptions.DEFAULT_ADDRESS,
                data,
                programs(),
                Optional.empty(),
                limits,
                predictors,
                new SchedulingStatistics(),
                List::of);
    }

    static RunningService start(Path data, PredictorSource predictors, ServiceLimits limits) throws IOException {
        return start(options(data, predictors, limits));
    }

    static RunningService start(ServeOptions options) throws IOException {
        return new RunningService(Service.start(options), options.data());
    }

    /** A model as `GET /v1/models` shows it. */
    static ModelSummary summary(Predictor predictor) {
        return new ModelSummary(
                predictor.model().name(), predictor.model().fingerprint().toString(), false, 1);
    }

    /** A connection of our own to the embedded database of a data directory. */
    static Connection database(Path data) throws IOException, SQLException {
        // The fourth line of PostgreSQL's own file is the port.
        String port = Files.readAllLines(data.resolve("postgresql/postmaster.pid"))
                .get(3)
                .strip();
        String password = Files.readString(data.resolve("postgresql.password")).strip();
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:%s/postgres".formatted(port), "codelength", password);
    }

    static long count(Connection database, String table) throws SQLException {
        try (Statement statement = database.createStatement();
                ResultSet result = statement.executeQuery("select count(*) from " + table)) {
            result.next();
            return result.getLong(1);
        }
    }

    Connection database() throws IOException, SQLException {
        return database(data);
    }

    /** How many requests compute now, as the service counts them. */
    long inFlight() throws Exception {
        return json(get("/actuator/metrics/codelength.work.in.flight"))
                .path("measurements")
                .path(0)
                .path("value")
                .asLong(-1);
    }

    Socket connect() throws IOException {
        return new Socket(InetAddress.getLoopbackAddress(), port());
    }

    /** Looks again and again until it holds. */
    static void await(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within 30 seconds: " + what);
            }
            Thread.sleep(20);
        }
    }

    int port() {
        return service.port();
    }

    URI uri(String path) {
        return URI.create(service.url() + path);
    }

    HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        return send("GET", path, BodyPublishers.noBody(), headers);
    }

    HttpResponse<byte[]> post(String path, byte[] body, String... headers) throws Exception {
        return send("POST", path, BodyPublishers.ofByteArray(body), headers);
    }

    HttpResponse<byte[]> send(String method, String path, BodyPublisher body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path))
                .timeout(Duration.ofSeconds(60))
                .method(method, body);
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    static JsonNode json(HttpResponse<byte[]> answer) {
        return JSON.readTree(answer.body());
    }

    /** Asserts that an answer is a problem of this kind (RFC 9457) and gives its fields. */
    static JsonNode problem(HttpResponse<byte[]> answer, int status, String kind) {
        String body = new String(answer.body(), StandardCharsets.UTF_8);
        assertThat(answer.statusCode()).as(body).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).as(body).contains("application/problem+json");
        JsonNode problem = json(answer);
        assertThat(problem.path("type").asString()).isEqualTo("urn:codelength:problem:" + kind);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("title").asString()).isNotBlank();
        assertThat(problem.path("detail").asString()).isNotBlank();
        assertThat(problem.path("instance").asString()).startsWith("/");
        return problem;
    }

    @Override
    public void close() {
        service.close();
    }

    /** Has no model. */
    static final class NoModels implements PredictorSource {
        @Override
        public Predictor named(String model) {
            throw new ModelMismatchException("There is no model '%s'.".formatted(model));
        }

        @Override
        public Predictor referred(ModelReference reference) {
            throw new ModelMismatchException("There is no %s.".formatted(reference));
        }

        @Override
        public OptionalInt shippedNumber(Fingerprint fingerprint) {
            return OptionalInt.empty();
        }
    }
}
