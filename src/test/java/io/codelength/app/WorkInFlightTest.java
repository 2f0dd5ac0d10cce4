package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.codec.LikelyText;
import io.codelength.codec.OnePredictor;
import io.codelength.codec.TestTexts;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.model.TinyModels;
import io.codelength.web.ServiceLimits;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What one service takes on, and that nobody computes for a client that went away. */
class WorkInFlightTest {
    private static final long STEP_MILLIS = 25;

    /** Bodies may be longer than the 6 MiB of stored frames that an archive's writer holds back. */
    private static final ServiceLimits LIMITS =
            new ServiceLimits(8 << 20, 1 << 19, 2, 2, Duration.ofSeconds(2), 1L << 30);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path data;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static PacedPredictor predictor;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static RunningService service;

    /** Takes hundreds of steps to verify in tier model, and so many seconds when each takes its time. */
    @SuppressWarnings("NullAway.Init") // set before all tests
    private static byte[] text;

    @BeforeAll
    static void start() throws IOException {
        predictor = new PacedPredictor(new ReferenceEngine(1).load(TinyModels.small()));
        text = LikelyText.of(predictor, 2000, 1);
        service = RunningService.start(data, new OnePredictor(predictor, false), LIMITS);
    }

    @AfterAll
    static void stop() {
        service.close();
        predictor.close();
    }

    @AfterEach
    void hurryAgain() throws Exception {
        predictor.setStepMillis(0);
        RunningService.await("no work in flight", () -> service.inFlight() == 0);
    }

    @Test
    void aClientThatGoesAwayWhileItWaitsStopsItsWorkAndLeavesNoRow() throws Exception {
        predictor.setStepMillis(STEP_MILLIS);
        long before = predictor.steps();
        try (Socket client = service.connect()) {
            client.getOutputStream().write(post("/v1/objects?tier=model", text.length, text));
            RunningService.await("the work has begun", () -> predictor.steps() > before);
        }
        stopsSoonAndLeavesNothing();
    }

    @Test
    void aClientThatGoesAwayWhileItSendsStopsItsWorkAndLeavesNoRow() throws Exception {
        // Noise is stored as it is, so that chunks are committed while the body still comes.
        byte[] noise = TestTexts.random(7_500_000, 1);
        try (Connection database = service.database();
                Socket client = service.connect()) {
            client.getOutputStream().write(post("/v1/objects", 8_000_000, noise));
            RunningService.await("chunks are there", () -> RunningService.count(database, "archive_chunks") > 0);
        }
        stopsSoonAndLeavesNothing();
    }

    @Test
    void aClientThatGoesAwayWhileItReadsStopsItsWork() throws Exception {
        HttpResponse<byte[]> stored = service.post("/v1/objects?tier=model", text);
        String id = RunningService.json(stored).path("id").asString();
        predictor.setStepMillis(STEP_MILLIS);
        long before = predictor.steps();
        try (Socket client = service.connect()) {
            client.getOutputStream().write(bytes("GET /v1/objects/" + id + "/content HTTP/1.1\r\nHost: x\r\n\r\n"));
            RunningService.await("the work has begun", () -> predictor.steps() > before);
        }
        RunningService.await("the work has stopped", () -> service.inFlight() == 0);
        assertThat(predictor.steps() - before).isLessThan(200);
        predictor.setStepMillis(0);
        assertThat(service.get("/v1/objects/" + id + "/content").body()).isEqualTo(text);
        service.send("DELETE", "/v1/objects/" + id, BodyPublishers.noBody());
    }

    @Test
    void aClientThatSendsItsNextRequestEarlyIsAnsweredTwice() throws Exception {
        byte[] some = Arrays.copyOf(text, 700);
        byte[] archive = service.post("/v1/compress?tier=model", some).body();
        byte[] whole = post("/v1/compress?tier=model", some.length, some);
        HttpResponse<byte[]> stored = service.post("/v1/objects?tier=model", some);
        predictor.setStepMillis(4);
        answersBoth("with the end of the body", archive, concatenated(whole, NEXT), new byte[0]);
        answersBoth("cut within its first line", archive, concatenated(whole, Arrays.copyOf(NEXT, 9)), from(NEXT, 9));
        answersBoth("while the work goes on", archive, whole, NEXT);
        byte[] chunked = concatenated(
                bytes("POST /v1/compress?tier=model HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n"
                        .formatted(some.length)),
                some,
                bytes("\r\n0\r\n\r\n"));
        answersBoth("with the end of a chunked body", archive, concatenated(chunked, NEXT), new byte[0]);
        answersBoth("after a chunked body, while the work goes on", archive, chunked, NEXT);

        String content = "/v1/objects/" + RunningService.json(stored).path("id").asString() + "/content";
        byte[] read = bytes("GET " + content + " HTTP/1.1\r\nHost: x\r\n\r\n");
        answersBoth("with a request that has no body", some, concatenated(read, NEXT), new byte[0]);
        answersBoth("after a request that has no body", some, read, NEXT);
        service.send("DELETE", content.replace("/content", ""), BodyPublishers.noBody());
    }

    private static final byte[] NEXT = bytes("GET /v1/models HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    /** @param later sent once the work has gone on for longer than the service takes to look after its client */
    private static void answersBoth(String when, byte[] first, byte[] sent, byte[] later) throws Exception {
        long before = predictor.steps();
        try (Socket client = service.connect()) {
            client.getOutputStream().write(sent);
            RunningService.await("the work goes on", () -> predictor.steps() > before + 80);
            client.getOutputStream().write(later);
            String answers = new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            assertThat(answers)
                    .as(when)
                    .startsWith("HTTP/1.1 200")
                    .contains("\r\n\r\n" + new String(first, StandardCharsets.ISO_8859_1) + "HTTP/1.1 200")
                    .contains("{\"models\":[]}");
        }
    }

    @Test
    void whatIsMoreThanTheServiceTakesOnIsAskedToComeBackLater() throws Exception {
        predictor.setStepMillis(STEP_MILLIS);
        List<Socket> clients = new ArrayList<>();
        try {
            for (int i = 0; i < LIMITS.inFlight(); i++) {
                Socket client = service.connect();
                clients.add(client);
                client.getOutputStream().write(post("/v1/compress?tier=model", text.length, text));
            }
            RunningService.await("all places are taken", () -> service.inFlight() == clients.size());
            // Two may wait, and do so in vain; the others are told at once.
            List<CompletableFuture<HttpResponse<byte[]>>> answers = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                answers.add(CompletableFuture.supplyAsync(() -> {
                    try {
                        return service.post("/v1/compress?tier=model", text);
                    } catch (Exception e) {
                        throw new AssertionError(e);
                    }
                }));
            }
            for (CompletableFuture<HttpResponse<byte[]>> answer : answers) {
                JsonNode problem = RunningService.problem(answer.join(), 503, "busy");
                assertThat(answer.join().headers().firstValue("Retry-After")).contains("5");
                assertThat(problem.path("inFlight").asInt()).isEqualTo(2);
            }
        } finally {
            for (Socket client : clients) {
                client.close();
            }
        }
        predictor.setStepMillis(0);
        RunningService.await("the places are free", () -> service.inFlight() == 0);
        assertThat(service.post("/v1/compress?tier=model", text).statusCode()).isEqualTo(200);
    }

    @Test
    void bodiesBeyondTheLimitAreRefusedWhetherTheyTellTheirLengthOrNot() throws Exception {
        byte[] tooLong = new byte[(8 << 20) + 1];
        for (String path : List.of("/v1/objects", "/v1/compress", "/v1/decompress", "/v1/measure")) {
            JsonNode problem = RunningService.problem(service.post(path, tooLong), 413, "body-too-large");
            assertThat(problem.path("limitBytes").asLong()).isEqualTo(8 << 20);
        }
        HttpResponse<byte[]> chunked = service.send(
                "POST",
                "/v1/objects",
                BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(TestTexts.random(tooLong.length, 1))));
        RunningService.problem(chunked, 413, "body-too-large");
        assertThat(service.post("/v1/compress", TestTexts.random(8 << 20, 2)).statusCode())
                .isEqualTo(200);
        stopsSoonAndLeavesNothing();
    }

    @Test
    void archivesThatWouldGiveMoreThanTheOutputLimitAreRefused() throws Exception {
        int limit = 1 << 19;
        byte[] allowed =
                service.post("/v1/compress", TestTexts.random(limit, 3)).body();
        assertThat(service.post("/v1/decompress", allowed).statusCode()).isEqualTo(200);
        byte[] beyond =
                service.post("/v1/compress", TestTexts.random(limit + 1, 3)).body();
        JsonNode problem = RunningService.problem(service.post("/v1/decompress", beyond), 413, "limit-exceeded");
        assertThat(problem.path("allowed").asLong()).isEqualTo(limit);
    }

    private static void stopsSoonAndLeavesNothing() throws Exception {
        RunningService.await("the work has stopped", () -> service.inFlight() == 0);
        long steps = predictor.steps();
        try (Connection database = service.database()) {
            assertThat(RunningService.count(database, "objects")).isZero();
            assertThat(RunningService.count(database, "archive_chunks")).isZero();
        }
        Thread.sleep(4 * STEP_MILLIS);
        assertThat(predictor.steps()).as("steps after the end").isEqualTo(steps);
    }

    private static byte[] post(String path, int contentLength, byte[] body) {
        return concatenated(
                bytes("POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n".formatted(path, contentLength)),
                body);
    }

    private static byte[] concatenated(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    private static byte[] from(byte[] all, int first) {
        return Arrays.copyOfRange(all, first, all.length);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
