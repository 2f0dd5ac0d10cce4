package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.cli.CommandFailedException;
import io.codelength.store.embedded.DatabaseStartException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What holds whatever the models are: the life of a service, its errors, what it tells about itself. */
class ServiceTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path data;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static RunningService service;

    @BeforeAll
    static void start() throws IOException {
        service = RunningService.start(data, new RunningService.NoModels(), RunningService.SMALL_LIMITS);
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void aSecondServiceOnTheSameDataIsRefusedByName() {
        assertThatThrownBy(() -> RunningService.start(data, new RunningService.NoModels(), RunningService.SMALL_LIMITS))
                .isInstanceOf(DatabaseStartException.class)
                .hasMessageContaining(data.toString())
                .hasMessageContaining("in use by another service");
    }

    @Test
    void itTellsItsHealthItsMetricsAndItsInterface() throws Exception {
        assertThat(RunningService.json(service.get("/actuator/health"))
                        .path("status")
                        .asString())
                .isEqualTo("UP");
        assertThat(service.get("/actuator/info").statusCode()).isEqualTo(200);
        assertThat(service.get("/actuator/metrics/codelength.work.in.flight").statusCode())
                .isEqualTo(200);
        assertThat(service.get("/actuator/env").statusCode()).isEqualTo(404);
        JsonNode openApi = RunningService.json(service.get("/v1/openapi.json"));
        assertThat(openApi.path("openapi").asString()).startsWith("3.1");
        assertThat(openApi.path("paths").propertyNames())
                .containsExactlyInAnyOrder(
                        "/v1/objects",
                        "/v1/objects/{id}",
                        "/v1/objects/{id}/content",
                        "/v1/objects/{id}/archive",
                        "/v1/compress",
                        "/v1/decompress",
                        "/v1/measure",
                        "/v1/dictionaries",
                        "/v1/dictionaries/{id}",
                        "/v1/dictionaries/{id}/content",
                        "/v1/models");
    }

    @Test
    void everyErrorIsAProblemWithAStableType() throws Exception {
        String someId = "00000000-0000-4000-8000-000000000000";
        RunningService.problem(service.get("/v1/nowhere"), 404, "not-found");
        RunningService.problem(service.get("/"), 404, "not-found");
        RunningService.problem(service.get("/v1/objects/" + someId), 404, "object-not-found");
        RunningService.problem(service.get("/v1/objects/abc"), 404, "object-not-found");
        RunningService.problem(service.get("/v1/objects/" + someId + "/content"), 404, "object-not-found");
        RunningService.problem(service.get("/v1/objects/" + someId + "/archive"), 404, "object-not-found");
        RunningService.problem(
                service.send("DELETE", "/v1/objects/" + someId, BodyPublishers.noBody()), 404, "object-not-found");
        RunningService.problem(service.post("/v1/models", new byte[1]), 405, "method-not-allowed");
        RunningService.problem(service.get("/v1/objects?limit=x"), 400, "invalid-parameter");
        RunningService.problem(service.get("/v1/objects?limit=0"), 400, "invalid-parameter");
        RunningService.problem(service.get("/v1/objects?after=yesterday"), 400, "invalid-parameter");
        RunningService.problem(service.get("/v1/objects", "Accept", "image/png"), 406, "not-acceptable");
        JsonNode tier =
                RunningService.problem(service.post("/v1/objects?tier=best", new byte[1]), 400, "invalid-parameter");
        assertThat(tier.path("parameter").asString()).isEqualTo("tier");
        assertThat(tier.path("value").asString()).isEqualTo("best");
        JsonNode model =
                RunningService.problem(service.post("/v1/compress?model=gpt", new byte[1]), 400, "invalid-parameter");
        assertThat(model.path("detail").asString()).contains("gpt");
    }

    @Test
    void whatTheServerItselfRefusesIsAProblemToo() throws Exception {
        String answer = raw("GET /v1/objects?after=a|b^c HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "urn:codelength:problem:")
                .doesNotContain("null");
    }

    @Test
    void itListensOnLoopbackOnlyUnlessToldOtherwise() throws Exception {
        assertThat(ServeOptions.DEFAULT_ADDRESS).isEqualTo("127.0.0.1");
        for (java.net.NetworkInterface network :
                java.util.Collections.list(java.net.NetworkInterface.getNetworkInterfaces())) {
            for (java.net.InetAddress address : java.util.Collections.list(network.getInetAddresses())) {
                if (!address.isLoopbackAddress()) {
                    assertThatThrownBy(() -> new Socket(address, service.port()).close())
                            .as(address.toString())
                            .isInstanceOf(IOException.class);
                }
            }
        }
    }

    @Test
    void aPortInUseIsNamed(@TempDir Path other) {
        ServeOptions options =
                RunningService.options(other, new RunningService.NoModels(), RunningService.SMALL_LIMITS);
        ServeOptions samePort = new ServeOptions(
                service.port(),
                options.address(),
                other,
                options.programs(),
                options.database(),
                options.limits(),
                options.predictors(),
                options.statistics(),
                options.catalog());
        assertThatThrownBy(() -> RunningService.start(samePort))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining("port " + service.port())
                .hasMessageContaining("--port");
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = service.connect();
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream()) {
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
