package io.codelength.cli.bench;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client of a running service, as plain as clients are. */
public final class ServiceClient {
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** A metric's only value in the answer of Spring's actuator; with a tag or two it still has one. */
    private static final Pattern VALUE = Pattern.compile("\"value\"\\s*:\\s*([-+.0-9eE]+)");

    private final String service;
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    /**
     * @param service where it listens, as in {@code http://127.0.0.1:8080}
     * @throws IllegalArgumentException if this is no such place
     */
    public ServiceClient(String service) {
        this.service = service.endsWith("/") ? service.substring(0, service.length() - 1) : service;
        URI uri = URI.create(this.service);
        if (uri.getHost() == null || !("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
            throw new IllegalArgumentException(
                    "'%s' is no place of a service; expected one as in http://127.0.0.1:8080".formatted(service));
        }
    }

    /** @throws IOException if the service does not answer with an archive, saying what it answers */
    public byte[] compress(byte[] document, String tier, String model) throws IOException {
        String named = model.isEmpty() ? "" : "&model=" + URLEncoder.encode(model, StandardCharsets.UTF_8);
        return post("/v1/compress?tier=" + URLEncoder.encode(tier, StandardCharsets.UTF_8) + named, document);
    }

    /** @throws IOException if the service does not answer with the original, saying what it answers */
    public byte[] decompress(byte[] archive) throws IOException {
        return post("/v1/decompress", archive);
    }

    /**
     * Asks for a metric.
     *
     * @param name with tags behind it, as in {@code codelength.predict.tokens?tag=kind:step}
     * @return nothing if the service has no such metric
     */
    public OptionalDouble metric(String name) throws IOException {
        HttpResponse<byte[]> answer = send(request("/actuator/metrics/" + name).GET());
        Matcher value = VALUE.matcher(new String(answer.body(), StandardCharsets.UTF_8));
        return answer.statusCode() == 200 && value.find()
                ? OptionalDouble.of(Double.parseDouble(value.group(1)))
                : OptionalDouble.empty();
    }

    private byte[] post(String path, byte[] body) throws IOException {
        HttpResponse<byte[]> answer = send(request(path).POST(BodyPublishers.ofByteArray(body)));
        if (answer.statusCode() != 200) {
            throw new IOException("%s%s answered %d: %s"
                    .formatted(service, path, answer.statusCode(), new String(answer.body(), StandardCharsets.UTF_8)));
        }
        return answer.body();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(service + path)).timeout(PATIENCE);
    }

    private HttpResponse<byte[]> send(HttpRequest.Builder request) throws IOException {
        try {
            return http.send(request.build(), BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for " + service);
        }
    }
}
