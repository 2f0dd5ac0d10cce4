package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.codec.Archives;
import io.codelength.codec.LikelyText;
import io.codelength.codec.Measurement;
import io.codelength.codec.Measurer;
import io.codelength.codec.OnePredictor;
import io.codelength.codec.Progress;
import io.codelength.codec.TestTexts;
import io.codelength.codec.Tier;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.limit.CallScope;
import io.codelength.model.TinyModels;
import io.codelength.predict.ExactScorer;
import io.codelength.predict.Predictor;
import io.codelength.predict.schedule.SchedulingStatistics;
import io.codelength.web.ServiceLimits;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.http.ContentDisposition;
import tools.jackson.databind.JsonNode;

/** Objects, compression and measuring as clients see them, with a small model that is not shipped. */
class ObjectsOverHttpTest {
    private static final ServiceLimits LIMITS =
            new ServiceLimits(1 << 20, 1 << 20, 2, 100, Duration.ofSeconds(60), 1L << 30);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path data;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static PacedPredictor predictor;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static RunningService service;

    @BeforeAll
    static void start() throws IOException {
        predictor = new PacedPredictor(new ReferenceEngine(2).load(TinyModels.small()));
        service = RunningService.start(new ServeOptions(
                0,
                ServeOptions.DEFAULT_ADDRESS,
                data,
                RunningService.programs(),
                Optional.empty(),
                LIMITS,
                new OnePredictor(predictor, false),
                new SchedulingStatistics(),
                () -> List.of(RunningService.summary(predictor))));
    }

    @AfterAll
    static void stop() {
        service.close();
        predictor.close();
    }

    @Test
    void everyTextComesBackBitForBitByEveryWay() throws Exception {
        Map<String, byte[]> texts = new LinkedHashMap<>(TestTexts.awkward());
        for (int length : new int[] {1, 300, 2048, 4097, 16_384, 16_385}) {
            texts.put("words of length " + length, TestTexts.words(length, length));
            texts.put("likely text of length " + length, LikelyText.of(predictor, length, length));
        }
        for (Map.Entry<String, byte[]> text : texts.entrySet()) {
            comesBack(text.getKey(), text.getValue());
        }
    }

    private static void comesBack(String what, byte[] original) throws Exception {
        // A type that other servers would take for a form, and curl's default.
        HttpResponse<byte[]> stored =
                service.post("/v1/objects", original, "Content-Type", "application/x-www-form-urlencoded");
        assertThat(stored.statusCode()).as(what).isEqualTo(201);
        JsonNode object = RunningService.json(stored);
        String path = stored.headers().firstValue("Location").orElseThrow();
        assertThat(path).isEqualTo("/v1/objects/" + object.path("id").asString());
        assertThat(RunningService.json(service.get(path))).isEqualTo(object);
        assertThat(object.path("originalBytes").asLong()).isEqualTo(original.length);
        assertThat(object.path("sha256").asString()).isEqualTo(sha256(original));

        HttpResponse<byte[]> content = service.get(path + "/content");
        assertThat(content.body()).as(what).isEqualTo(original);
        assertThat(content.headers().firstValue("ETag")).contains('"' + sha256(original) + '"');
        HttpResponse<byte[]> archive = service.get(path + "/archive");
        assertThat(archive.body().length).isEqualTo(object.path("archiveBytes").asInt());
        assertThat(archive.headers().firstValue("ETag")).contains('"' + sha256(archive.body()) + '"');
        assertThat(service.post("/v1/decompress", archive.body()).body())
                .as(what)
                .isEqualTo(original);
        assertThat(service.post("/v1/compress", original).body()).as(what).isEqualTo(archive.body());
        delete(path);
    }

    @Test
    void everyTierStoresAndSaysWithWhichModel() throws Exception {
        byte[] text = LikelyText.of(predictor, 3000, 13);
        for (Tier tier : Tier.values()) {
            String path = store(text, "?tier=" + tier);
            JsonNode object = RunningService.json(service.get(path));
            assertThat(object.path("tier").asString()).isEqualTo(tier.toString());
            if (tier == Tier.FAST) {
                assertThat(object.path("model").isNull()).isTrue();
                assertThat(object.path("modelName").isNull()).isTrue();
            } else {
                assertThat(object.path("model").asString())
                        .isEqualTo(predictor.model().fingerprint().toString());
            }
            assertThat(service.get(path + "/content").body())
                    .as(tier.toString())
                    .isEqualTo(text);
            checkRange(path + "/content", text, "bytes=1200-1300", 1200, 1301);
            byte[] archive = service.get(path + "/archive").body();
            assertThat(service.post("/v1/compress?tier=" + tier, text).body()).isEqualTo(archive);
            delete(path);
        }
        String name = predictor.model().name();
        for (String path : List.of("/v1/objects", "/v1/compress")) {
            JsonNode problem = RunningService.problem(
                    service.post(path + "?tier=fast&model=" + name, text), 400, "invalid-parameter");
            assertThat(problem.path("parameter").asString()).isEqualTo("model");
            assertThat(problem.path("detail").asString()).contains("uses no model", "leave one of them out");
        }
    }

    @Test
    void manyClientsAtOnceGetWhatOneAfterTheOtherWould() throws Exception {
        List<byte[]> texts = new ArrayList<>();
        List<byte[]> archives = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            byte[] text = LikelyText.of(predictor, 500 + 300 * i, i);
            texts.add(text);
            archives.add(service.post("/v1/compress", text).body());
        }
        List<CompletableFuture<Void>> clients = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            byte[] text = texts.get(i);
            byte[] archive = archives.get(i);
            clients.add(CompletableFuture.runAsync(() -> {
                try {
                    String path = store(text);
                    assertThat(service.get(path + "/archive").body()).isEqualTo(archive);
                    assertThat(service.get(path + "/content").body()).isEqualTo(text);
                    delete(path);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }));
        }
        clients.forEach(CompletableFuture::join);
    }

    @Test
    void aClientThatHasTheBytesIsToldSo() throws Exception {
        byte[] text = LikelyText.of(predictor, 100, 5);
        String path = store(text);
        String tag = '"' + sha256(text) + '"';
        for (String header : List.of(tag, "W/" + tag, "\"other\", " + tag, "*")) {
            HttpResponse<byte[]> answer = service.get(path + "/content", "If-None-Match", header);
            assertThat(answer.statusCode()).as(header).isEqualTo(304);
            assertThat(answer.body()).isEmpty();
            assertThat(answer.headers().firstValue("ETag")).contains(tag);
        }
        assertThat(service.get(path + "/content", "If-None-Match", "\"other\"").body())
                .isEqualTo(text);
        String archiveTag =
                service.get(path + "/archive").headers().firstValue("ETag").orElseThrow();
        assertThat(service.get(path + "/archive", "If-None-Match", archiveTag).statusCode())
                .isEqualTo(304);
        delete(path);
    }

    @Test
    void headTellsWhatGetWouldAndSendsNothing() throws Exception {
        byte[] text = LikelyText.of(predictor, 700, 6);
        String path = store(text, "?tier=model");
        long steps = predictor.steps();
        for (String part : List.of("/content", "/archive", "")) {
            HttpResponse<byte[]> head = service.send("HEAD", path + part, BodyPublishers.noBody());
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
            if (part.equals("/content")) {
                assertThat(head.headers().firstValueAsLong("Content-Length")).hasValue(700);
                assertThat(head.headers().firstValue("ETag")).contains('"' + sha256(text) + '"');
            }
        }
        assertThat(predictor.steps()).as("nothing is decoded").isEqualTo(steps);
        delete(path);
    }

    @Test
    void rangesGiveExactlyTheBytesAskedFor() throws Exception {
        byte[] text = LikelyText.of(predictor, 5000, 7);
        String path = store(text);
        byte[] archive = service.get(path + "/archive").body();
        checkRanges(path + "/content", text);
        checkRanges(path + "/archive", archive);

        String tag = '"' + sha256(text) + '"';
        HttpResponse<byte[]> same = service.get(path + "/content", "Range", "bytes=0-1", "If-Range", tag);
        assertThat(same.statusCode()).isEqualTo(206);
        HttpResponse<byte[]> other = service.get(path + "/content", "Range", "bytes=0-1", "If-Range", "\"other\"");
        assertThat(other.statusCode()).isEqualTo(200);
        assertThat(other.body()).isEqualTo(text);
        delete(path);

        String empty = store(new byte[0]);
        RunningService.problem(service.get(empty + "/content", "Range", "bytes=0-"), 416, "range-not-satisfiable");
        delete(empty);
    }

    private static void checkRanges(String path, byte[] all) throws Exception {
        int n = all.length;
        checkRange(path, all, "bytes=0-0", 0, 1);
        checkRange(path, all, "bytes=10-19", 10, 20);
        checkRange(path, all, "bytes=-7", n - 7, n);
        checkRange(path, all, "bytes=-99999", 0, n);
        checkRange(path, all, "bytes=17-", 17, n);
        checkRange(path, all, "bytes=17-99999", 17, n);
        checkRange(path, all, "bytes=" + (n - 1) + "-", n - 1, n);
        for (String range : List.of("bytes=" + n + "-", "bytes=" + n + "-" + (n + 5), "bytes=-0")) {
            HttpResponse<byte[]> answer = service.get(path, "Range", range);
            JsonNode problem = RunningService.problem(answer, 416, "range-not-satisfiable");
            assertThat(problem.path("length").asInt()).isEqualTo(n);
            assertThat(answer.headers().firstValue("Content-Range")).contains("bytes */" + n);
        }
        // RFC 9110 allows a server to ignore what it does not offer: the answer is whole.
        for (String range : List.of("bytes=0-1,4-5", "lines=0-1", "bytes=5-2")) {
            HttpResponse<byte[]> answer = service.get(path, "Range", range);
            assertThat(answer.statusCode()).as(range).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(all);
        }
    }

    private static void checkRange(String path, byte[] all, String range, int from, int to) throws Exception {
        HttpResponse<byte[]> answer = service.get(path, "Range", range);
        assertThat(answer.statusCode()).as(range).isEqualTo(206);
        assertThat(answer.body()).as(range).isEqualTo(Arrays.copyOfRange(all, from, to));
        assertThat(answer.headers().firstValue("Content-Range"))
                .contains("bytes %d-%d/%d".formatted(from, to - 1, all.length));
        assertThat(answer.headers().firstValueAsLong("Content-Length")).hasValue(to - from);
    }

    @Test
    void aRangeDecodesOnlyTheFramesThatHoldIt() throws Exception {
        int frameBytes = 256 * 1024;
        byte[] original = Arrays.copyOf(TestTexts.random(frameBytes, 8), 2 * frameBytes);
        byte[] likely = LikelyText.of(predictor, 8192, 8);
        for (int at = frameBytes; at < original.length; at += likely.length) {
            System.arraycopy(likely, 0, original, at, likely.length);
        }
        // Token frames are the smallest.
        String path = store(original, "?tier=model");
        assertThat(RunningService.json(service.get(path)).path("frames").asInt())
                .isEqualTo(2);

        // The first frame is stored as it is: reading it takes no step of the model that the second one needs.
        long steps = predictor.steps();
        checkRange(path + "/content", original, "bytes=1000-1999", 1000, 2000);
        assertThat(predictor.steps()).isEqualTo(steps);
        checkRange(path + "/content", original, "bytes=-10", original.length - 10, original.length);
        assertThat(predictor.steps()).isGreaterThan(steps);

        // Damage in the first frame is met by those who read that frame, and only by them.
        try (Connection database = service.database();
                Statement statement = database.createStatement()) {
            statement.executeUpdate(
                    "update archive_chunks set bytes = overlay(bytes placing '\\x00010203'::bytea from 5000) where object_id = '%s' and chunk_index = 0"
                            .formatted(path.substring(path.lastIndexOf('/') + 1)));
        }
        checkRange(path + "/content", original, "bytes=-10", original.length - 10, original.length);
        JsonNode problem = RunningService.problem(
                service.get(path + "/content", "Range", "bytes=0-9"), 500, "stored-object-damaged");
        assertThat(problem.path("detail").asString()).contains("frame 0");
        RunningService.problem(service.get(path + "/content"), 500, "stored-object-damaged");
        delete(path);
    }

    @Test
    void anyNameIsKeptAndNoneBreaksAHeader() throws Exception {
        for (String name : List.of(
                "notes.txt",
                "zwei Wörter.txt",
                "a\"b\\c;d=e.txt",
                "日本語 🙂.txt",
                "x\r\nSet-Cookie: a=b",
                "../../etc/passwd",
                "100% & more?.txt",
                "tab\there",
                "n".repeat(1024))) {
            HttpResponse<byte[]> stored = service.post(
                    "/v1/objects?name=" + URLEncoder.encode(name, StandardCharsets.UTF_8),
                    "text".getBytes(StandardCharsets.UTF_8));
            assertThat(stored.statusCode()).as(name).isEqualTo(201);
            assertThat(RunningService.json(stored).path("name").asString()).isEqualTo(name);
            String path = stored.headers().firstValue("Location").orElseThrow();
            for (String part : List.of("/content", "/archive")) {
                HttpResponse<byte[]> answer = service.get(path + part);
                String header =
                        answer.headers().firstValue("Content-Disposition").orElseThrow();
                assertThat(header).as(name).matches("attachment;[ -~]*");
                assertThat(ContentDisposition.parse(header).getFilename())
                        .isEqualTo(part.equals("/content") ? name : name + ".clen");
                assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
            }
            delete(path);
        }
        for (String name : List.of("n".repeat(1025), "zero%00")) {
            JsonNode problem = RunningService.problem(
                    service.post("/v1/objects?name=" + name, new byte[1]), 400, "invalid-parameter");
            assertThat(problem.path("parameter").asString()).isEqualTo("name");
        }
    }

    @Test
    void pagesShowEveryObjectOnceNewestFirst() throws Exception {
        List<String> stored = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            stored.add(0, store(new byte[] {(byte) i}));
        }
        List<String> seen = new ArrayList<>();
        String next = "";
        int pages = 0;
        do {
            JsonNode page = RunningService.json(service.get("/v1/objects?limit=2&after=" + next));
            page.path("objects")
                    .forEach(object ->
                            seen.add("/v1/objects/" + object.path("id").asString()));
            next = page.path("next").isNull() ? "" : page.path("next").asString();
            pages++;
        } while (!next.isEmpty());
        assertThat(seen).isEqualTo(stored);
        assertThat(pages).isEqualTo(3);
        for (String path : stored) {
            delete(path);
        }
        assertThat(RunningService.json(service.get("/v1/objects")).path("objects"))
                .isEmpty();
    }

    @Test
    void whatIsDeletedIsGoneWithItsRows() throws Exception {
        String path = store(LikelyText.of(predictor, 300, 9));
        delete(path);
        for (String part : List.of("", "/content", "/archive")) {
            RunningService.problem(service.get(path + part), 404, "object-not-found");
        }
        RunningService.problem(service.send("DELETE", path, BodyPublishers.noBody()), 404, "object-not-found");
        try (Connection database = service.database()) {
            assertThat(RunningService.count(database, "archive_chunks where object_id not in (select id from objects)"))
                    .isZero();
        }
    }

    @Test
    void everyDamageOfASentArchiveIsAProblemThatNamesThePlace() throws Exception {
        byte[] small =
                service.post("/v1/compress", LikelyText.of(predictor, 120, 10)).body();
        byte[] large =
                service.post("/v1/compress", LikelyText.of(predictor, 3000, 10)).body();
        for (byte[] archive : List.of(small, large)) {
            int stride = archive == small ? 1 : 37;
            for (int at = 0; at < archive.length; at += stride) {
                byte[] flipped = archive.clone();
                flipped[at] ^= (byte) (1 << (at % 8));
                refused("byte %d flipped".formatted(at), flipped);
                refused("cut at %d".formatted(at), Arrays.copyOf(archive, at));
            }
        }
        byte[] followed = Arrays.copyOf(large, large.length + 1);
        refused("followed by a byte", followed);
        refused("a text", "Once upon a time".getBytes(StandardCharsets.UTF_8));
        JsonNode cut = RunningService.problem(
                service.post("/v1/decompress", Arrays.copyOf(large, large.length / 2)), 422, "corrupt-archive");
        assertThat(cut.path("detail").asString()).contains("the body", "frame 0", "offset");
        assertThat(cut.path("frame").asInt(-1)).isZero();
        assertThat(cut.path("offset").isNumber()).isTrue();
    }

    private static void refused(String what, byte[] archive) throws Exception {
        HttpResponse<byte[]> answer = service.post("/v1/decompress", archive);
        assertThat(answer.statusCode()).as(what).isEqualTo(422);
        assertThat(RunningService.json(answer).path("type").asString())
                .as(what)
                .isIn(
                        "urn:codelength:problem:corrupt-archive",
                        "urn:codelength:problem:unsupported-archive",
                        "urn:codelength:problem:model-missing");
        assertThat(RunningService.json(answer).path("detail").asString())
                .as(what)
                .isNotBlank();
    }

    @Test
    void anArchiveOfAModelThatIsNotHereIsRefusedBeforeAnythingIsDecoded() throws Exception {
        long steps = predictor.steps();
        try (ReferenceEngine engine = new ReferenceEngine(1);
                Predictor other = engine.load(TinyModels.shapes().get(1))) {
            for (int length : new int[] {100, 3000}) {
                byte[] archive = Archives.compress(
                        new OnePredictor(other, false), LikelyText.of(other, length, 11), Archives.options(0, 64));
                RunningService.problem(service.post("/v1/decompress", archive), 422, "model-missing");
            }
        }
        assertThat(predictor.steps()).isEqualTo(steps);
    }

    @Test
    void modelsAreNamedByNameOrFingerprintAndNeverByPath() throws Exception {
        String name = predictor.model().name();
        String fingerprint = predictor.model().fingerprint().toString();
        JsonNode models = RunningService.json(service.get("/v1/models")).path("models");
        assertThat(models.path(0).path("name").asString()).isEqualTo(name);
        assertThat(models.path(0).path("fingerprint").asString()).isEqualTo(fingerprint);
        for (String model : List.of(name, fingerprint, fingerprint.substring(0, 4))) {
            assertThat(service.post("/v1/compress?model=" + model, new byte[1]).statusCode())
                    .as(model)
                    .isEqualTo(200);
        }
        for (String model : List.of("gpt", fingerprint.substring(0, 3), "/etc/passwd", "pom.xml", "..")) {
            for (String path : List.of("/v1/objects", "/v1/compress", "/v1/measure")) {
                JsonNode problem = RunningService.problem(
                        service.post(path + "?model=" + model, new byte[1]), 400, "invalid-parameter");
                assertThat(problem.path("parameter").asString()).isEqualTo("model");
                assertThat(problem.path("value").asString()).isEqualTo(model);
                assertThat(problem.path("detail").asString()).contains("/v1/models");
            }
        }
    }

    @Test
    void aTextIsMeasuredAsTheLibraryMeasuresIt() throws Exception {
        byte[] text = TestTexts.words(1000, 12);
        for (int window : new int[] {64, 10}) {
            Measurement expected = new Measurer(new ExactScorer(predictor, window))
                    .measure(text, CallScope.withMemory(1 << 30), Progress.NONE);
            JsonNode measured = RunningService.json(service.post("/v1/measure?window=" + window, text));
            assertThat(measured.path("bits").asDouble()).isEqualTo(expected.bits());
            assertThat(measured.path("bytes").asLong()).isEqualTo(1000);
            assertThat(measured.path("tokens").asLong()).isEqualTo(expected.tokens());
            assertThat(measured.path("bitsPerByte").asDouble()).isEqualTo(expected.bits() / 1000);
            assertThat(measured.path("windowTokens").asInt()).isEqualTo(window);
            assertThat(measured.path("arithmetic").asString()).isEqualTo("exact");
            assertThat(measured.path("model").asString())
                    .isEqualTo(predictor.model().fingerprint().toString());
        }
        assertThat(RunningService.json(service.post("/v1/measure", text))
                        .path("windowTokens")
                        .asInt())
                .as("the model's context is shorter than the default")
                .isEqualTo(64);
        assertThat(RunningService.json(service.post("/v1/measure", new byte[0]))
                        .path("bitsPerByte")
                        .asDouble(-1))
                .isZero();
        for (String window : List.of("1", "65", "-1", "many")) {
            JsonNode problem = RunningService.problem(
                    service.post("/v1/measure?window=" + window, text), 400, "invalid-parameter");
            assertThat(problem.path("parameter").asString()).isEqualTo("window");
        }
    }

    @Test
    void aFormIsRefusedBecauseItIsNotTheFileInIt() throws Exception {
        JsonNode problem = RunningService.problem(
                service.post("/v1/objects", new byte[10], "Content-Type", "multipart/form-data; boundary=x"),
                415,
                "unsupported-media-type");
        assertThat(problem.path("detail").asString()).contains("--data-binary");
    }

    private static String store(byte[] body) throws Exception {
        return store(body, "");
    }

    private static String store(byte[] body, String query) throws Exception {
        HttpResponse<byte[]> stored = service.post("/v1/objects" + query, body);
        assertThat(stored.statusCode()).isEqualTo(201);
        return stored.headers().firstValue("Location").orElseThrow();
    }

    private static void delete(String path) throws Exception {
        assertThat(service.send("DELETE", path, BodyPublishers.noBody()).statusCode())
                .isEqualTo(204);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
