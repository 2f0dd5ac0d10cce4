package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.container.Dictionary;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Dictionaries as clients see them: trained, uploaded, used, needed, deleted, and still there after a restart. */
class DictionariesOverHttpTest {
    private static final byte[] LINES = lines(400, 0);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    Path data;

    private static byte[] lines(int count, int from) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < from + count; i++) {
            text.append("2026-11-25 10:0%d INFO worker-%d took %d ms\n".formatted(i % 10, i % 7, i * 37 % 900));
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private RunningService start() throws Exception {
        return RunningService.start(data, new RunningService.NoModels(), RunningService.SMALL_LIMITS);
    }

    private static HttpResponse<byte[]> delete(RunningService service, String path) throws Exception {
        return service.send("DELETE", path, BodyPublishers.noBody());
    }

    private static String train(RunningService service) throws Exception {
        HttpResponse<byte[]> answer = service.post("/v1/dictionaries?name=log&size=2000", LINES);
        assertThat(answer.statusCode())
                .as(new String(answer.body(), StandardCharsets.UTF_8))
                .isEqualTo(201);
        JsonNode trained = RunningService.json(answer);
        String id = trained.path("id").asString();
        assertThat(answer.headers().firstValue("Location")).contains("/v1/dictionaries/" + id);
        assertThat(trained.path("name").asString()).isEqualTo("log");
        assertThat(trained.path("bytes").asInt()).isBetween(1900, 2000);
        assertThat(trained.path("sha256").asString()).startsWith(id);
        return id;
    }

    @Test
    void aDictionaryIsKeptAsLongAsObjectsNeedItAlsoOverARestart() throws Exception {
        byte[] record = lines(1, 777);
        String id;
        String object;
        try (RunningService service = start()) {
            id = train(service);
            HttpResponse<byte[]> stored = service.post("/v1/objects?tier=fast&dictionary=" + id, record);
            assertThat(stored.statusCode()).isEqualTo(201);
            assertThat(RunningService.json(stored).path("dictionary").asString())
                    .isEqualTo(id);
            assertThat(RunningService.json(stored).path("archiveBytes").asInt()).isLessThan(24);
            object = RunningService.json(stored).path("id").asString();
            assertThat(service.get("/v1/objects/" + object + "/content").body()).isEqualTo(record);
            assertThat(service.get("/v1/objects/" + object + "/content", "Range", "bytes=5-9")
                            .body())
                    .isEqualTo(Arrays.copyOfRange(record, 5, 10));
            JsonNode problem =
                    RunningService.problem(delete(service, "/v1/dictionaries/" + id), 409, "dictionary-in-use");
            assertThat(problem.path("objects").asInt()).isEqualTo(1);
            assertThat(problem.path("dictionary").asString()).isEqualTo(id);
        }
        try (RunningService service = start()) {
            assertThat(service.get("/v1/objects/" + object + "/content").body()).isEqualTo(record);
            RunningService.problem(delete(service, "/v1/dictionaries/" + id), 409, "dictionary-in-use");
            assertThat(delete(service, "/v1/objects/" + object).statusCode()).isEqualTo(204);
            assertThat(delete(service, "/v1/dictionaries/" + id).statusCode()).isEqualTo(204);
            RunningService.problem(delete(service, "/v1/dictionaries/" + id), 404, "dictionary-not-found");
        }
    }

    @Test
    void bytesGoToArchiveAndBackAndWithoutTheDictionaryNothingIsDecoded() throws Exception {
        byte[] record = lines(2, 800);
        try (RunningService service = start()) {
            String id = train(service);
            byte[] file = service.get("/v1/dictionaries/" + id + "/content").body();
            Dictionary dictionary = Dictionary.read("it", new ByteArrayInputStream(file));
            assertThat(dictionary.id()).hasToString(id);
            assertThat(RunningService.json(service.get("/v1/dictionaries/" + id))
                            .path("name")
                            .asString())
                    .isEqualTo("log");
            assertThat(RunningService.json(service.get("/v1/dictionaries"))
                            .path("dictionaries")
                            .path(0)
                            .path("id")
                            .asString())
                    .isEqualTo(id);

            byte[] archive = service.post("/v1/compress?tier=fast&dictionary=" + id, record)
                    .body();
            byte[] without = service.post("/v1/compress?tier=fast", record).body();
            assertThat(archive.length).isLessThan(without.length);
            assertThat(service.post("/v1/decompress", archive).body()).isEqualTo(record);

            assertThat(delete(service, "/v1/dictionaries/" + id).statusCode()).isEqualTo(204);
            JsonNode problem =
                    RunningService.problem(service.post("/v1/decompress", archive), 422, "dictionary-missing");
            assertThat(problem.path("detail").asString()).contains(id, "POST /v1/dictionaries");

            assertThat(service.post("/v1/dictionaries", file).statusCode()).isEqualTo(201);
            assertThat(service.post("/v1/dictionaries", file).statusCode()).isEqualTo(200);
            assertThat(service.post("/v1/decompress", archive).body()).isEqualTo(record);
            another(service, id);
            refused(service, file);
        }
    }

    /** A stored text that archives would call by the same name cannot be replaced unnoticed. */
    private static void another(RunningService service, String id) throws SQLException, Exception {
        byte[] file = service.get("/v1/dictionaries/" + id + "/content").body();
        try (Connection database = service.database();
                Statement statement = database.createStatement()) {
            statement.executeUpdate("update dictionaries set sha256 = 'another' where id = '" + id + "'");
        }
        RunningService.problem(service.post("/v1/dictionaries", file), 409, "dictionary-conflict");
    }

    private static void refused(RunningService service, byte[] file) throws Exception {
        byte[] damaged = file.clone();
        damaged[100] ^= 1;
        RunningService.problem(service.post("/v1/dictionaries", damaged), 422, "corrupt-dictionary");
        RunningService.problem(service.post("/v1/dictionaries", Arrays.copyOf(file, 30)), 422, "corrupt-dictionary");
        RunningService.problem(service.post("/v1/dictionaries", lines(3, 0)), 422, "too-few-samples");
        RunningService.problem(service.post("/v1/dictionaries", new byte[0]), 422, "too-few-samples");
        RunningService.problem(service.post("/v1/dictionaries?size=5", LINES), 400, "invalid-parameter");
        RunningService.problem(service.post("/v1/dictionaries?split=words", LINES), 400, "invalid-parameter");
        for (String unknown : new String[] {"00000000", "nonsense", "../etc"}) {
            RunningService.problem(
                    service.post("/v1/compress?tier=fast&dictionary=" + unknown, LINES), 400, "invalid-parameter");
        }
        RunningService.problem(service.get("/v1/dictionaries/00000000"), 404, "dictionary-not-found");
        RunningService.problem(service.get("/v1/dictionaries/nonsense/content"), 404, "dictionary-not-found");
    }
}
