package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.codec.EngineChoice;
import io.codelength.codec.LikelyText;
import io.codelength.codec.OnePredictor;
import io.codelength.codec.PredictorSource;
import io.codelength.codec.TestTexts;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.model.TinyModels;
import io.codelength.model.store.KnownModels;
import io.codelength.model.store.ModelStore;
import io.codelength.predict.schedule.SchedulingLimits;
import io.codelength.predict.schedule.SchedulingPredictor;
import io.codelength.predict.schedule.SchedulingStatistics;
import io.codelength.web.ServiceLimits;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Requests that are in flight at once share the passes through a model, and nobody's bytes depend on it. */
class SharedPassesTest {
    private static final int CLIENTS = 64;
    private static final ServiceLimits LIMITS =
            new ServiceLimits(1 << 20, 1 << 20, CLIENTS, 8, Duration.ofSeconds(30), 1L << 30);

    private final SchedulingStatistics statistics = new SchedulingStatistics();

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private Path folder;

    /** One exchange of one client. */
    private interface Exchange {
        HttpResponse<byte[]> run(int client) throws Exception;
    }

    private static List<byte[]> oneAfterAnother(int clients, Exchange exchange) throws Exception {
        List<byte[]> answers = new ArrayList<>();
        for (int client = 0; client < clients; client++) {
            answers.add(good(exchange.run(client)));
        }
        return answers;
    }

    private static List<byte[]> allAtOnce(int clients, Exchange exchange) {
        CyclicBarrier start = new CyclicBarrier(clients);
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<CompletableFuture<byte[]>> answers = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                int client = i;
                answers.add(CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                start.await();
                                return good(exchange.run(client));
                            } catch (Exception e) {
                                throw new AssertionError("client " + client, e);
                            }
                        },
                        threads));
            }
            return answers.stream().map(CompletableFuture::join).toList();
        } finally {
            threads.shutdownNow();
        }
    }

    private static byte[] good(HttpResponse<byte[]> answer) {
        assertThat(answer.statusCode())
                .as(new String(answer.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        return answer.body();
    }

    @Test
    void documentsOfManyClientsBecomeTheSameArchivesAsOneAfterAnother() throws Exception {
        KnownModels models = new KnownModels(new ModelStore(folder.resolve("home")));
        try (EnginePredictors predictors = EnginePredictors.shared(
                        new EngineChoice("auto", 2), models, note -> {}, SchedulingLimits.DEFAULT, statistics);
                RunningService service = start(predictors, LIMITS)) {
            List<byte[]> documents = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                documents.add(TestTexts.words(60 + 5 * i, i));
            }
            for (String tier : List.of("model", "standard")) {
                Exchange compress = i -> service.post("/v1/compress?tier=" + tier, documents.get(i));
                List<byte[]> archives = oneAfterAnother(CLIENTS, compress);
                if (tier.equals("model")) {
                    assertThat(statistics.steps().largest())
                            .as("one after another")
                            .isEqualTo(1);
                }
                long passes = statistics.steps().count();
                long callers = statistics.steps().callers();

                assertThat(allAtOnce(CLIENTS, compress))
                        .as("archives in tier %s", tier)
                        .containsExactlyElementsOf(archives);
                assertThat(allAtOnce(CLIENTS, i -> service.post("/v1/decompress", archives.get(i))))
                        .as("originals in tier %s", tier)
                        .containsExactlyElementsOf(documents);
                assertThat((statistics.steps().callers() - callers)
                                / (double) (statistics.steps().count() - passes))
                        .as("callers a step in tier %s", tier)
                        .isGreaterThan(4);
            }
            assertThat(statistics.steps().largest()).isGreaterThan(CLIENTS / 4);
            assertThat(statistics.waiting()).isZero();
            showsWhatItCounted(new String(good(service.get("/actuator/prometheus")), StandardCharsets.UTF_8));
        }
    }

    private void showsWhatItCounted(String metrics) {
        assertThat(metric(metrics, "codelength_predict_tokens_total{kind=\"step\"}"))
                .isEqualTo((double) statistics.steps().tokens());
        assertThat(metric(metrics, "codelength_predict_tokens_total{kind=\"prefill\"}"))
                .isEqualTo((double) statistics.prefills().tokens());
        assertThat(metric(metrics, "codelength_predict_passes_seconds_count{kind=\"step\"}"))
                .isEqualTo((double) statistics.steps().count());
        assertThat(metric(metrics, "codelength_predict_passes_seconds_sum{kind=\"step\"}"))
                .isPositive();
        assertThat(metric(metrics, "codelength_predict_callers_total{kind=\"step\"}"))
                .isEqualTo((double) statistics.steps().callers());
        assertThat(metric(metrics, "codelength_predict_batch_largest{kind=\"step\"}"))
                .isEqualTo((double) statistics.steps().largest());
        assertThat(metric(metrics, "codelength_predict_batch_mean{kind=\"step\"}"))
                .isGreaterThan(1);
        assertThat(metric(metrics, "codelength_predict_queue_seconds_count")).isEqualTo((double) statistics.calls());
        assertThat(metric(metrics, "codelength_predict_calls_waiting")).isZero();
        assertThat(metric(metrics, "codelength_work_in_flight")).isZero();
    }

    private static double metric(String metrics, String name) {
        Matcher line = Pattern.compile("^" + Pattern.quote(name) + " (\\S+)$", Pattern.MULTILINE)
                .matcher(metrics);
        assertThat(line.find()).as("%s in%n%s", name, metrics).isTrue();
        return Double.parseDouble(line.group(1));
    }

    @Test
    @SuppressWarnings("try") // the client closes its connection in the middle of its request
    void aClientThatGoesAwayStopsItsOwnWorkAndNobodyElses() throws Exception {
        try (PacedPredictor paced = new PacedPredictor(new ReferenceEngine(1).load(TinyModels.small()));
                SchedulingPredictor shared = shared(paced, SchedulingLimits.DEFAULT);
                RunningService service = start(new OnePredictor(shared, false), LIMITS)) {
            byte[] text = LikelyText.of(paced, 2000, 1);
            byte[] archive = service.post("/v1/compress?tier=model", text).body();
            paced.setStepMillis(5);
            try (Socket leaving = service.connect()) {
                leaving.getOutputStream().write(postHeader(archive));
                leaving.getOutputStream().write(archive);
                // The one that leaves computes for all: it came first.
                RunningService.await("one is computed for", () -> statistics.waiting() == 1);
                CompletableFuture<List<byte[]>> others =
                        CompletableFuture.supplyAsync(() -> allAtOnce(3, i -> service.post("/v1/decompress", archive)));
                RunningService.await(
                        "four step together", () -> statistics.steps().largest() == 4);
                leaving.close();
                RunningService.await("one has left", () -> service.inFlight() == 3);
                assertThat(others).isNotDone();
                paced.setStepMillis(0);
                assertThat(others.join()).containsOnly(text);
            }
            RunningService.await("all is done", () -> service.inFlight() == 0);
            assertThat(statistics.waiting()).isZero();
        }
    }

    @Test
    void moreCallsThanMayWaitAreAskedToComeBackLater() throws Exception {
        try (PacedPredictor paced = new PacedPredictor(new ReferenceEngine(1).load(TinyModels.small()));
                SchedulingPredictor shared = shared(paced, new SchedulingLimits(64, 256, 1));
                RunningService service = start(new OnePredictor(shared, false), LIMITS)) {
            byte[] text = LikelyText.of(paced, 1000, 1);
            byte[] archive = service.post("/v1/compress?tier=model", text).body();
            paced.setStepMillis(5);
            CompletableFuture<List<byte[]>> first =
                    CompletableFuture.supplyAsync(() -> allAtOnce(1, i -> service.post("/v1/decompress", archive)));
            RunningService.await("the first is computed for", () -> statistics.waiting() == 1);
            HttpResponse<byte[]> second = service.post("/v1/decompress", archive);
            JsonNode problem = RunningService.problem(second, 503, "limit-exceeded");
            assertThat(second.headers().firstValue("Retry-After")).contains("5");
            assertThat(problem.path("allowed").asInt()).isEqualTo(1);
            paced.setStepMillis(0);
            assertThat(first.join()).containsOnly(text);
            assertThat(service.post("/v1/decompress", archive).body()).isEqualTo(text);
        }
    }

    @Test
    void closingTheServiceEndsWhatManyComputeTogether() throws Exception {
        try (PacedPredictor paced = new PacedPredictor(new ReferenceEngine(1).load(TinyModels.small()));
                SchedulingPredictor shared = shared(paced, SchedulingLimits.DEFAULT)) {
            byte[] text = LikelyText.of(paced, 2000, 1);
            List<Socket> clients = new ArrayList<>();
            try (RunningService service = start(new OnePredictor(shared, false), LIMITS)) {
                byte[] archive = service.post("/v1/compress?tier=model", text).body();
                paced.setStepMillis(5);
                for (int i = 0; i < 8; i++) {
                    Socket client = service.connect();
                    clients.add(client);
                    client.getOutputStream().write(postHeader(archive));
                    client.getOutputStream().write(archive);
                }
                RunningService.await("all are computed for", () -> statistics.waiting() == clients.size());
            }
            assertThat(statistics.waiting()).isZero();
            long steps = paced.steps();
            Thread.sleep(50);
            assertThat(paced.steps()).as("steps after the end").isEqualTo(steps);
            for (Socket client : clients) {
                client.close();
            }
        }
    }

    private SchedulingPredictor shared(PacedPredictor paced, SchedulingLimits limits) {
        return new SchedulingPredictor(paced, limits, System::nanoTime, statistics);
    }

    private RunningService start(PredictorSource predictors, ServiceLimits limits) throws IOException {
        return RunningService.start(new ServeOptions(
                0,
                ServeOptions.DEFAULT_ADDRESS,
                folder.resolve("data"),
                RunningService.programs(),
                Optional.empty(),
                limits,
                predictors,
                statistics,
                List::of));
    }

    private static byte[] postHeader(byte[] archive) {
        return "POST /v1/decompress HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
                .formatted(archive.length)
                .getBytes(StandardCharsets.ISO_8859_1);
    }
}
