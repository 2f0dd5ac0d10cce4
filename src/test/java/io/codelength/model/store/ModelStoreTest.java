package io.codelength.model.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.limit.Cancellation;
import io.codelength.model.ByteSource;
import io.codelength.model.ExactContents;
import io.codelength.model.ExactModel;
import io.codelength.model.ExactModelWriter;
import io.codelength.model.Fingerprint;
import io.codelength.model.ImportProgress;
import io.codelength.model.ModelFormatException;
import io.codelength.model.ModelImporter;
import io.codelength.model.ModelShape;
import io.codelength.model.TinyModels;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelStoreTest {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final Path home;

    ModelStoreTest(@TempDir Path home) {
        this.home = home;
    }

    @Test
    void whatIsInstalledIsListedFoundAndLoaded() throws IOException {
        ModelStore store = new ModelStore(home);
        assertThat(store.list()).isEmpty();
        ExactContents contents = contents(1);
        InstalledModel installed = store.install(contents, "tiny", "a test", NOW);

        assertThat(installed.fingerprint()).isEqualTo(ExactModelWriter.fingerprint(contents));
        assertThat(installed.importedAt()).isEqualTo(NOW);
        assertThat(installed.source()).isEqualTo("a test");
        assertThat(installed.bytes()).isEqualTo(Files.size(store.exactFile(installed)));
        assertThat(new ModelStore(home).list()).containsExactly(installed);
        String digits = installed.fingerprint().toString();
        assertThat(store.find("tiny")).isEqualTo(installed);
        assertThat(store.find(digits)).isEqualTo(installed);
        assertThat(store.find(digits.substring(0, 4).toUpperCase(Locale.ROOT))).isEqualTo(installed);
        byte[] prefix = Arrays.copyOf(installed.fingerprint().toBytes(), 8);
        assertThat(store.findByPrefix(prefix)).contains(installed);
        prefix[7]++;
        assertThat(store.findByPrefix(prefix)).isEmpty();
        ExactModel model = store.load(installed);
        assertThat(model.fingerprint()).isEqualTo(installed.fingerprint());
        assertThat(model.name()).isEqualTo("tiny");
    }

    @Test
    void unknownAndAmbiguousNamesAreErrorsThatSayWhatToDo() throws IOException {
        ModelStore store = new ModelStore(home);
        assertThatThrownBy(() -> store.find("tiny"))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("tiny")
                .hasMessageContaining("models list");
        InstalledModel first = store.install(contents(1), "tiny", "a", NOW);
        InstalledModel second = store.install(contents(2), "tiny", "b", NOW);
        assertThatThrownBy(() -> store.find("tiny"))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining(first.fingerprint().abbreviated())
                .hasMessageContaining(second.fingerprint().abbreviated());
        assertThat(store.find(second.fingerprint().abbreviated())).isEqualTo(second);
        assertThatThrownBy(() -> store.find("abc")).isInstanceOf(ModelNotFoundException.class);
    }

    @Test
    void installingAgainKeepsTheBytesAndTakesTheNewName() throws IOException {
        ModelStore store = new ModelStore(home);
        InstalledModel first = store.install(contents(1), "tiny", "a", NOW);
        InstalledModel again = store.install(contents(1), "other", "b", NOW.plusSeconds(1));
        assertThat(again.fingerprint()).isEqualTo(first.fingerprint());
        assertThat(store.list()).containsExactly(again);
        assertThat(again.shortName()).isEqualTo("other");
    }

    @Test
    void shortNamesThatAreNoFileNamesAreRefused() {
        ModelStore store = new ModelStore(home);
        for (String name : List.of("", "a b", "../x", ".hidden", "x".repeat(65), "ä")) {
            assertThatThrownBy(() -> store.install(contents(1), name, "a", NOW))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(name);
        }
        assertThat(home.resolve("models")).doesNotExist();
    }

    @Test
    void anExportedFileInstallsElsewhereWithTheSameFingerprint() throws IOException {
        ModelStore store = new ModelStore(home.resolve("one"));
        InstalledModel installed = store.install(contents(3), "tiny", "a", NOW);
        Path file = home.resolve("tiny.exact");
        try (var out = Files.newOutputStream(file)) {
            store.export(installed, out);
        }
        ModelStore other = new ModelStore(home.resolve("two"));
        try (ByteSource source = new FileByteSource(file)) {
            assertThat(other.install(source, "copy", NOW).fingerprint()).isEqualTo(installed.fingerprint());
        }
        assertThat(other.load(other.find("copy")).shape())
                .isEqualTo(store.load(installed).shape());
    }

    @Test
    void everyChangedByteIsFoundByVerifyLoadAndExport() throws IOException {
        ModelStore store = new ModelStore(home);
        InstalledModel installed = store.install(contents(1), "tiny", "a", NOW);
        Path file = store.exactFile(installed);
        byte[] right = Files.readAllBytes(file);
        store.verify(installed);
        for (int at = 0; at < right.length; at += right.length / 50) {
            byte[] wrong = right.clone();
            wrong[at] ^= 1;
            Files.write(file, wrong);
            assertThatThrownBy(() -> store.verify(installed)).isInstanceOf(ModelFormatException.class);
            assertThatThrownBy(() -> store.load(installed)).isInstanceOf(ModelFormatException.class);
            assertThatThrownBy(() -> store.export(installed, new ByteArrayOutputStream()))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining(installed.fingerprint().toString());
        }
    }

    @Test
    void removingLeavesNothing() throws IOException {
        ModelStore store = new ModelStore(home);
        InstalledModel installed = store.install(contents(1), "tiny", "a", NOW);
        store.remove(installed);
        assertThat(store.list()).isEmpty();
        assertThat(entries()).containsExactly(".lock");
        assertThatThrownBy(() -> store.remove(installed)).isInstanceOf(ModelNotFoundException.class);
    }

    @Test
    void whatAKilledProcessLeftIsInvisibleAndClearedAway() throws IOException {
        ModelStore store = new ModelStore(home);
        Path left = Files.createDirectories(home.resolve("models/.unfinished-123"));
        Files.write(left.resolve("model.exact"), new byte[10]);
        assertThat(store.list()).isEmpty();
        InstalledModel installed = store.install(contents(1), "tiny", "a", NOW);
        assertThat(left).doesNotExist();
        assertThat(entries())
                .containsExactlyInAnyOrder(".lock", installed.fingerprint().toString());
    }

    @Test
    void aFailedInstallationLeavesNothing() throws IOException {
        ModelStore store = new ModelStore(home);
        ByteSource failing = new FailingAfterFirstRead(exactBytes(1));
        assertThatThrownBy(() -> store.install(failing, "tiny", NOW)).isInstanceOf(Exception.class);
        assertThat(store.list()).isEmpty();
        if (Files.isDirectory(home.resolve("models"))) {
            assertThat(entries()).containsExactly(".lock");
        }
    }

    @Test
    void threadsInstallingAtOnceAllSucceed() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Fingerprint>> installs = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                ExactContents contents = contents(i % 3);
                installs.add(threads.submit(() ->
                        new ModelStore(home).install(contents, "tiny", "a", NOW).fingerprint()));
            }
            for (Future<Fingerprint> install : installs) {
                install.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(new ModelStore(home).list()).hasSize(3);
    }

    @Test
    void theHomeIsTheUsersUnlessTheEnvironmentNamesOne() {
        Path user = Path.of("/users/someone");
        assertThat(ModelStore.home(Map.of(), user)).isEqualTo(user.resolve(".codelength"));
        assertThat(ModelStore.home(Map.of("CODELENGTH_HOME", "/data/x"), user)).isEqualTo(Path.of("/data/x"));
    }

    private List<String> entries() throws IOException {
        try (Stream<Path> entries = Files.list(home.resolve("models"))) {
            return entries.map(entry -> entry.getFileName().toString()).toList();
        }
    }

    private static ExactContents contents(long seed) throws IOException {
        ModelShape shape = new ModelShape(16, 1, 2, 1, 8, 20, 16, 1e-5);
        return new ModelImporter(1, ImportProgress.NONE, new Cancellation()).run(TinyModels.source(shape, true, seed));
    }

    private static byte[] exactBytes(long seed) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ExactModelWriter.write(contents(seed), out);
        return out.toByteArray();
    }

    /** Reads well once from start to end, then says something else: a file that changes while it is copied. */
    private static final class FailingAfterFirstRead implements ByteSource {
        private final byte[] bytes;
        private long readBytes;

        FailingAfterFirstRead(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public String name() {
            return "changing.exact";
        }

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public void readFully(long offset, byte[] target, int from, int count) {
            System.arraycopy(bytes, (int) offset, target, from, count);
            if (readBytes >= bytes.length) {
                target[from] ^= 1;
            }
            readBytes += count;
        }
    }
}
