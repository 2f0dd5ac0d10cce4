package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.Shared;
import io.codelength.codec.EngineChoice;
import io.codelength.limit.Cancellation;
import io.codelength.model.ImportProgress;
import io.codelength.model.ModelImporter;
import io.codelength.model.SourceModel;
import io.codelength.model.store.KnownModels;
import io.codelength.model.store.ModelFiles;
import io.codelength.model.store.ModelStore;
import io.codelength.predict.schedule.SchedulingLimits;
import io.codelength.predict.schedule.SchedulingStatistics;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Real models, found as `serve` finds them, on beginnings of real files. */
class BenchOverHttpTest {
    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path folder;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static EnginePredictors predictors;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static RunningService service;

    @BeforeAll
    static void start() throws IOException {
        KnownModels models = new KnownModels(new ModelStore(folder.resolve("home")));
        SchedulingStatistics statistics = new SchedulingStatistics();
        predictors = EnginePredictors.shared(
                new EngineChoice("auto", 2), models, note -> {}, SchedulingLimits.DEFAULT, statistics);
        service = RunningService.start(new ServeOptions(
                0,
                ServeOptions.DEFAULT_ADDRESS,
                folder.resolve("data"),
                RunningService.programs(),
                Optional.empty(),
                RunningService.SMALL_LIMITS,
                predictors,
                statistics,
                () -> ServeCommand.catalog(models)));
    }

    @AfterAll
    static void stop() {
        service.close();
        predictors.close();
    }

    @Test
    void theShippedModelStoresATextUnderAnyContentType() throws Exception {
        byte[] text = "It was the best of times, it was the worst of times, it was the age of wisdom.\n"
                .repeat(3)
                .getBytes(StandardCharsets.UTF_8);
        JsonNode object = comesBack("a text", text, "");
        assertThat(object.path("modelName").asString()).isEqualTo("base");
        assertThat(object.path("bitsPerByte").asDouble()).isLessThan(3);
    }

    @Test
    void theBeginningOfEveryFileOfTheBenchComesBack() throws Exception {
        Path bench = Shared.require("bench");
        install(Shared.require("models/stories260K"), "stories260K");
        int files = 0;
        try (Stream<Path> paths = Files.walk(bench)) {
            for (Path path : paths.filter(Files::isRegularFile).sorted().toList()) {
                String name = bench.relativize(path).toString();
                storedAndReadBack(name, first(path, 16 << 10), "tier=standard&model=stories260K");
                files++;
                if (List.of("canterbury/alice29.txt", "loghub-2k/HDFS_2k.log", "canterbury/ptt5")
                        .contains(name)) {
                    comesBack(name, first(path, 600), "");
                    for (String tier : List.of("fast", "model&model=stories260K", "max")) {
                        comesBack(name + ", tier " + tier, first(path, 2200), "tier=" + tier);
                    }
                }
            }
        }
        assertThat(files).isGreaterThan(30);
    }

    /** @return the object's path */
    private static String storedAndReadBack(String name, byte[] original, String parameters) throws Exception {
        HttpResponse<byte[]> stored = service.post("/v1/objects?name=x&" + parameters, original);
        assertThat(stored.statusCode()).as(name).isEqualTo(201);
        String path = stored.headers().firstValue("Location").orElseThrow();
        assertThat(RunningService.json(stored).path("archiveBytes").asInt())
                .as(name)
                .isLessThanOrEqualTo(original.length + 64);
        assertThat(service.get(path + "/content").body()).as(name).isEqualTo(original);
        return path;
    }

    private static JsonNode comesBack(String name, byte[] original, String parameters) throws Exception {
        String path = storedAndReadBack(name, original, parameters);
        byte[] archive = service.get(path + "/archive").body();
        assertThat(service.post("/v1/decompress", archive).body()).as(name).isEqualTo(original);
        assertThat(service.post("/v1/compress?" + parameters, original).body())
                .as(name)
                .isEqualTo(archive);
        return RunningService.json(service.get(path));
    }

    private static void install(Path source, String name) throws IOException {
        try (SourceModel model = ModelFiles.open(source)) {
            new ModelStore(folder.resolve("home"))
                    .install(
                            new ModelImporter(2, ImportProgress.NONE, new Cancellation()).run(model),
                            name,
                            source.toString(),
                            Instant.EPOCH);
        }
    }

    private static byte[] first(Path file, int bytes) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(bytes);
        }
    }
}
