package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.codec.ModelMismatchException;
import io.codelength.codec.PredictorSource;
import io.codelength.container.ModelReference;
import io.codelength.model.Fingerprint;
import io.codelength.predict.Predictor;
import io.codelength.web.ServiceLimits;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceTest {
    @Test
    void smoke(@TempDir Path data) throws Exception {
        PredictorSource none = new PredictorSource() {
            @Override
            public Predictor named(String model) {
                throw new ModelMismatchException("no model '" + model + "'; there is: none");
            }

            @Override
            public Predictor referred(ModelReference reference) {
                throw new ModelMismatchException("no model " + reference);
            }

            @Override
            public OptionalInt shippedNumber(Fingerprint fingerprint) {
                return OptionalInt.empty();
            }
        };
        Path programs =
                Path.of(System.getProperty("codelength.build", "target")).resolve("postgresql");
        ServeOptions options = new ServeOptions(
                0,
                "127.0.0.1",
                data,
                programs,
                Optional.empty(),
                new ServiceLimits(1 << 20, 1 << 20, 2, 1, Duration.ofSeconds(2), 1 << 28),
                none,
                List::of);
        HttpClient client = HttpClient.newHttpClient();
        try (Service service = Service.start(options)) {
            for (String path : new String[] {
                "/actuator/health",
                "/actuator/metrics/codelength.work.in.flight",
                "/v1/objects",
                "/v1/models",
                "/v1/openapi.json",
                "/v1/nowhere",
                "/v1/objects/abc",
                "/v1/objects?limit=x",
                "/v1/objects?limit=0"
            }) {
                HttpResponse<String> answer = client.send(
                        HttpRequest.newBuilder(URI.create(service.url() + path)).build(),
                        HttpResponse.BodyHandlers.ofString());
                System.out.println(path + " " + answer.statusCode() + " "
                        + answer.headers().map() + "\n  " + answer.body());
            }
            for (String path :
                    new String[] {"/v1/compress", "/v1/compress?tier=fast", "/v1/decompress", "/v1/models"}) {
                HttpResponse<String> answer = client.send(
                        HttpRequest.newBuilder(URI.create(service.url() + path))
                                .POST(HttpRequest.BodyPublishers.ofString("abc"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                System.out.println(path + " " + answer.statusCode() + " "
                        + answer.headers().map() + "\n  " + answer.body());
            }
            assertThat(service.port()).isPositive();
        }
    }
}
