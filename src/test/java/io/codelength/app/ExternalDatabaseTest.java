package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.cli.CommandFailedException;
import io.codelength.codec.OnePredictor;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.model.TinyModels;
import io.codelength.predict.Predictor;
import io.codelength.predict.schedule.SchedulingStatistics;
import io.codelength.store.embedded.EmbeddedDatabase;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of the user's own: named by option or in Spring's usual way, shared by several services. */
class ExternalDatabaseTest {
    private static final byte[] TEXT = "one text".getBytes(StandardCharsets.UTF_8);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path folder;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static EmbeddedDatabase database;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Predictor predictor;

    @BeforeAll
    static void start() throws IOException {
        database = EmbeddedDatabase.start(
                java.nio.file.Files.createDirectories(folder.resolve("server")), RunningService.programs());
        predictor = new ReferenceEngine(1).load(TinyModels.small());
    }

    @AfterAll
    static void stop() {
        predictor.close();
        database.close();
    }

    @Test
    void twoServicesShareADatabaseHoweverItIsNamed() throws Exception {
        String path;
        try (RunningService first = RunningService.start(options("first", Optional.of(named(database.password()))))) {
            assertThat(folder.resolve("first/postgresql")).doesNotExist();
            HttpResponse<byte[]> stored = first.post("/v1/objects", TEXT);
            assertThat(stored.statusCode()).isEqualTo(201);
            path = stored.headers().firstValue("Location").orElseThrow();
            System.setProperty("spring.datasource.url", database.jdbcUrl());
            System.setProperty("spring.datasource.username", database.user());
            System.setProperty("spring.datasource.password", database.password());
            try (RunningService second = RunningService.start(options("second", Optional.empty()))) {
                assertThat(folder.resolve("second/postgresql")).doesNotExist();
                assertThat(second.get(path + "/content").body()).isEqualTo(TEXT);
                assertThat(second.send("DELETE", path, java.net.http.HttpRequest.BodyPublishers.noBody())
                                .statusCode())
                        .isEqualTo(204);
            } finally {
                System.clearProperty("spring.datasource.url");
                System.clearProperty("spring.datasource.username");
                System.clearProperty("spring.datasource.password");
            }
            RunningService.problem(first.get(path), 404, "object-not-found");
        }
    }

    @Test
    void aDatabaseThatCannotBeUsedIsNamedWithoutItsPassword() {
        ServeOptions.Database wrong = named("guess");
        assertThatThrownBy(() -> RunningService.start(options("third", Optional.of(wrong))))
                .isInstanceOf(CommandFailedException.class)
                .hasMessageContaining(database.jdbcUrl())
                .hasMessageContaining("password authentication failed")
                .hasMessageNotContaining("guess");
    }

    private static ServeOptions.Database named(String password) {
        return new ServeOptions.Database(database.jdbcUrl() + "?ApplicationName=test", database.user(), password);
    }

    private static ServeOptions options(String data, Optional<ServeOptions.Database> database) {
        return new ServeOptions(
                0,
                ServeOptions.DEFAULT_ADDRESS,
                folder.resolve(data),
                RunningService.programs(),
                database,
                RunningService.SMALL_LIMITS,
                new OnePredictor(predictor, false),
                new SchedulingStatistics(),
                List::of);
    }
}
