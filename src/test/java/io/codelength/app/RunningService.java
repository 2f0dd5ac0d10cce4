package io.codelength.app;

import io.codelength.codec.ModelMismatchException;
import io.codelength.codec.PredictorSource;
import io.codelength.container.ModelReference;
import io.codelength.model.Fingerprint;
import io.codelength.predict.Predictor;
import io.codelength.web.ServiceLimits;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real service on a port of its own, and plain HTTP to it. */
final class RunningService implements AutoCloseable {
    static final ServiceLimits SMALL_LIMITS =
            new ServiceLimits(1 << 20, 1 << 19, 2, 2, Duration.ofSeconds(2), 1L << 30);

    private static final JsonMapper JSON = new JsonMapper();

    private final Service service;
    private final HttpClient client = HttpClient.newHttpClient();

    private RunningService(Service service) {
        this.service = service;
    }

    static ServeOptions options(Path data, PredictorSource predictors, ServiceLimits limits) {
        Path programs =
                Path.of(System.getProperty("codelength.build", "target")).resolve("postgresql");
        return new ServeOptions(
                0, ServeOptions.DEFAULT_ADDRESS, data, programs, Optional.empty(), limits, predictors, List::of);
    }

    static RunningService start(Path data, PredictorSource predictors, ServiceLimits limits) throws IOException {
        return new RunningService(Service.start(options(data, predictors, limits)));
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
