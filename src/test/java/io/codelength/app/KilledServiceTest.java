package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.codec.TestTexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** `codelength serve` as a process of its own, killed outright while clients upload. */
class KilledServiceTest {
    private static final long PATIENCE_SECONDS = 60;

    private final HttpClient client = HttpClient.newHttpClient();
    private final Path folder;
    private final Path data;
    private final List<Process> started = new ArrayList<>();
    private final Map<String, byte[]> acknowledged = new LinkedHashMap<>();

    KilledServiceTest(@TempDir Path folder) {
        this.folder = folder;
        this.data = folder.resolve("data");
    }

    private record Child(Process process, URI uri) {}

    @AfterEach
    void endWhatWasStarted() throws Exception {
        started.forEach(Process::destroyForcibly);
        // Only if the test failed: the server of our own temporary directory.
        Path file = data.resolve("postgresql/postmaster.pid");
        if (Files.exists(file)) {
            ProcessHandle.of(Long.parseLong(Files.readAllLines(file).get(0).strip()))
                    .ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void killedInTheMiddleOfUploadsItComesBackWithEveryAcknowledgedObjectAndNothingElse() throws Exception {
        // The JVM alone: its PostgreSQL lives on as an orphan.
        Child first = start();
        store(first, TestTexts.words(700, 1));
        store(first, TestTexts.random(400_000, 2));
        long orphan = postgres();
        List<Socket> uploads = halfway(first);
        kill(first.process().toHandle());
        close(uploads);
        assertThat(ProcessHandle.of(orphan).filter(ProcessHandle::isAlive))
                .as("PostgreSQL outlives its service")
                .isPresent();
        Files.writeString(data.resolve("spool/left-by-a-dead-service"), "bytes on their way");

        // With its PostgreSQL.
        Child second = start();
        assertThat(Files.readString(log(second))).contains("stopping the PostgreSQL (process " + orphan + ")");
        assertThat(ProcessHandle.of(orphan).filter(KilledServiceTest::runs)).isEmpty();
        everythingIsOwnedAndReadable(second);
        store(second, TestTexts.words(3000, 3));
        long postgres = postgres();
        uploads = halfway(second);
        kill(second.process().toHandle());
        kill(ProcessHandle.of(postgres).orElseThrow());
        close(uploads);

        Child third = start();
        everythingIsOwnedAndReadable(third);

        // While it lives nobody else gets its directory.
        Process refused = launch(folder.resolve("refused.out"), folder.resolve("refused.err"));
        assertThat(refused.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(refused.exitValue()).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("refused.err")))
                .contains(
                        "in use by another service (process " + third.process().pid() + ")", data.toString(), "--data")
                .doesNotContain("Exception", "\tat ");
        everythingIsOwnedAndReadable(third);

        // SIGTERM: everything ends, and says so.
        long last = postgres();
        third.process().destroy();
        assertThat(third.process().waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(third.process().exitValue()).isEqualTo(143);
        assertThat(ProcessHandle.of(last).filter(KilledServiceTest::runs)).isEmpty();
        assertThat(data.resolve("postgresql/postmaster.pid")).doesNotExist();
        assertThat(Files.readString(log(third))).contains("stopping").doesNotContain("ERROR", "WARN", "Exception");
        assertThat(Files.readString(out(third))).isEqualTo("Codelength listens on " + third.uri() + "\n");
    }

    /**
     * Two uploads that have committed chunks, being longer than the 6 MiB that an archive's writer holds back, and one that
     * has only begun; none will be finished.
     */
    private List<Socket> halfway(Child service) throws Exception {
        try (Connection database = RunningService.database(data)) {
            long before = RunningService.count(database, "archive_chunks");
            List<Socket> uploads = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Socket socket = new Socket(
                        InetAddress.getLoopbackAddress(), service.uri().getPort());
                byte[] head = "POST /v1/objects HTTP/1.1\r\nHost: x\r\nContent-Length: 50000000\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII);
                socket.getOutputStream().write(head);
                socket.getOutputStream().write(TestTexts.random(i == 2 ? 1000 : 7_500_000, i));
                uploads.add(socket);
            }
            RunningService.await(
                    "uploads have committed chunks",
                    () -> RunningService.count(database, "archive_chunks") > before + 2
                            && RunningService.count(database, "objects where state = 'PENDING'") == 3);
            return uploads;
        }
    }

    private void everythingIsOwnedAndReadable(Child service) throws Exception {
        JsonNode listed = RunningService.json(get(service, "/v1/objects")).path("objects");
        List<String> ids = new ArrayList<>();
        for (JsonNode object : listed) {
            String id = object.path("id").asString();
            ids.add(id);
            byte[] content = get(service, "/v1/objects/" + id + "/content").body();
            assertThat(sha256(content)).isEqualTo(object.path("sha256").asString());
            byte[] archive = get(service, "/v1/objects/" + id + "/archive").body();
            assertThat(archive).hasSize(object.path("archiveBytes").asInt());
            if (acknowledged.containsKey(id)) {
                assertThat(content).isEqualTo(acknowledged.get(id));
            }
        }
        assertThat(ids).containsExactlyInAnyOrderElementsOf(acknowledged.keySet());
        try (Connection database = RunningService.database(data)) {
            assertThat(RunningService.count(database, "objects")).isEqualTo(acknowledged.size());
            assertThat(RunningService.count(database, "archive_chunks where object_id not in (select id from objects)"))
                    .isZero();
        }
        try (Stream<Path> spooled = Files.list(data.resolve("spool"))) {
            assertThat(spooled).isEmpty();
        }
    }

    private void store(Child service, byte[] body) throws Exception {
        HttpResponse<byte[]> stored = client.send(
                HttpRequest.newBuilder(service.uri().resolve("/v1/objects"))
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofByteArray());
        assertThat(stored.statusCode()).isEqualTo(201);
        acknowledged.put(RunningService.json(stored).path("id").asString(), body);
    }

    private HttpResponse<byte[]> get(Child service, String path) throws Exception {
        HttpResponse<byte[]> answer =
                client.send(HttpRequest.newBuilder(service.uri().resolve(path)).build(), BodyHandlers.ofByteArray());
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return answer;
    }

    private Child start() throws Exception {
        int number = started.size();
        Path out = folder.resolve(number + ".out");
        Process process = launch(out, folder.resolve(number + ".err"));
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        String listening = "Codelength listens on ";
        while (true) {
            String said = Files.readString(out);
            if (said.startsWith(listening) && said.endsWith("\n")) {
                return new Child(
                        process, URI.create(said.substring(listening.length()).strip()));
            }
            assertThat(process.isAlive() && System.nanoTime() < deadline)
                    .as(() -> read(folder.resolve(number + ".err")))
                    .isTrue();
            Thread.sleep(50);
        }
    }

    private Process launch(Path out, Path err) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.codelength.app.Main"));
        command.addAll(Arrays.asList(
                "serve", "--port", "0", "--data", data.toString(), "--engine", "reference", "--memory", "128M"));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
        builder.environment()
                .put(
                        "CODELENGTH_HOME",
                        RunningService.programs().resolveSibling("test-home").toString());
        Process process = builder.start();
        started.add(process);
        return process;
    }

    private Path log(Child child) {
        return folder.resolve(started.indexOf(child.process()) + ".err");
    }

    private Path out(Child child) {
        return folder.resolve(started.indexOf(child.process()) + ".out");
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private long postgres() throws IOException {
        return Long.parseLong(Files.readAllLines(data.resolve("postgresql/postmaster.pid"))
                .get(0)
                .strip());
    }

    private static void kill(ProcessHandle process) throws Exception {
        assertThat(process.destroyForcibly()).isTrue();
        RunningService.await("process " + process.pid() + " has ended", () -> !runs(process));
    }

    /** Alive and more than a name that nobody collects. */
    private static boolean runs(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return process.isAlive() && !stat.startsWith(" Z", stat.lastIndexOf(')') + 1);
        } catch (IOException ended) {
            return false;
        }
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
