package io.codelength.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.codec.CompressionSummary;
import io.codelength.store.embedded.EmbeddedDatabase;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;

class ObjectStoreTest {
    private static final ObjectDescription DESCRIPTION = new ObjectDescription("a name", "model", "00ff", "tiny");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path data;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static EmbeddedDatabase database;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static ConfigurableApplicationContext service;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static ObjectStore store;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static JdbcTemplate sql;

    @BeforeAll
    static void start() throws IOException {
        Path programs =
                Path.of(System.getProperty("codelength.build", "target")).resolve("postgresql");
        database = EmbeddedDatabase.start(data, programs);
        service = startService();
        store = service.getBean(ObjectStore.class);
        sql = service.getBean(JdbcTemplate.class);
    }

    @AfterAll
    static void stop() {
        service.close();
        database.close();
    }

    @Test
    void archivesOfManyLengthsAreReadBackAsAWholeAndAtAnyPlace() throws Exception {
        for (int length : new int[] {0, 1, 1000, ObjectStore.CHUNK_BYTES, ObjectStore.CHUNK_BYTES + 1, 700_000}) {
            byte[] archive = bytes(length, length);
            StoredObject object = put(archive);
            assertThat(object.archiveBytes()).isEqualTo(length);
            StoredArchive stored = store.open(object.id()).orElseThrow();
            try (InputStream in = stored.stream()) {
                assertThat(in.readAllBytes()).isEqualTo(archive);
            }
            Random random = new Random(length);
            for (int round = 0; round < 20 && length > 0; round++) {
                int from = random.nextInt(length);
                int count = random.nextInt(length - from + 1);
                byte[] part = new byte[count + 2];
                stored.readFully(from, part, 1, count);
                byte[] expected = new byte[count + 2];
                System.arraycopy(archive, from, expected, 1, count);
                assertThat(part).as("%d bytes at %d of %d", count, from, length).isEqualTo(expected);
            }
            assertThatThrownBy(() -> stored.readFully(length, new byte[1], 0, 1))
                    .isInstanceOf(EOFException.class);
            assertThat(store.delete(object.id())).isTrue();
        }
        assertThat(rows("archive_chunks")).isZero();
    }

    @Test
    void whatIsNotFinishedIsNeverSeenAndLeavesNothing() throws Exception {
        UUID id;
        try (ObjectUpload writer = store.begin(DESCRIPTION)) {
            id = writer.object();
            writer.write(bytes(1, 600_000));
            assertThat(store.find(id)).isEmpty();
            assertThat(store.open(id)).isEmpty();
            assertThat(store.delete(id)).isFalse();
            assertThat(store.sweep()).as("what is being written is not swept").isZero();
            assertThat(rowsOf(id)).isEqualTo(2);
        }
        assertThat(rowsOf(id)).isZero();
        assertThat(sql.queryForObject("select count(*) from objects where id = ?", Integer.class, id))
                .isZero();
    }

    @Test
    void anArchiveThatTheDatabaseChangedIsNotShown() throws Exception {
        try (ObjectUpload writer = store.begin(DESCRIPTION)) {
            byte[] archive = bytes(2, 300_000);
            writer.write(archive);
            sql.update(
                    "update archive_chunks set bytes = set_byte(bytes, 7, 255 - get_byte(bytes, 7)) where object_id = ?",
                    writer.object());
            assertThatThrownBy(() -> store.finish(writer, summary(archive)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("came back from the database changed");
            assertThat(store.find(writer.object())).isEmpty();
        }
    }

    @Test
    void aReaderWhoseObjectIsDeletedGetsAnErrorNotOtherBytes() throws Exception {
        byte[] archive = bytes(3, 600_000);
        StoredObject object = put(archive);
        StoredArchive reader = store.open(object.id()).orElseThrow();
        byte[] part = new byte[10];
        reader.readFully(0, part, 0, 10);
        store.delete(object.id());
        assertThatThrownBy(() -> reader.readFully(ObjectStore.CHUNK_BYTES, part, 0, 10))
                .isInstanceOf(ObjectGoneException.class)
                .hasMessageContaining(object.id().toString());
        assertThat(store.delete(object.id())).isFalse();
    }

    @Test
    void aServiceSweepsWhatDeadOnesLeftAndNothingOfLivingOnes() throws Exception {
        try (ObjectUpload ours = store.begin(DESCRIPTION)) {
            ours.write(bytes(4, 300_000));
            UUID theirs;
            try (ConfigurableApplicationContext other = startService()) {
                ObjectUpload left = other.getBean(ObjectStore.class).begin(DESCRIPTION);
                theirs = left.object();
                left.write(bytes(5, 300_000));
                assertThat(store.sweep()).as("the other service lives").isZero();
                assertThat(other.getBean(ObjectStore.class).sweep())
                        .as("so does this one")
                        .isZero();
            }
            assertThat(store.sweep()).isEqualTo(1);
            assertThat(rowsOf(theirs)).isZero();
            assertThat(rowsOf(ours.object())).isEqualTo(1);
        }
    }

    @Test
    void anUploadWhoseRowsWereSweptFailsAndStoresNothing() throws Exception {
        byte[] archive = bytes(6, 600_000);
        try (ObjectUpload writer = store.begin(DESCRIPTION)) {
            writer.write(archive, 0, 300_000);
            // As another service does when this one lost its connection.
            sql.update("delete from objects where id = ?", writer.object());
            assertThatThrownBy(() -> {
                        writer.write(archive, 300_000, 300_000);
                        store.finish(writer, summary(archive));
                    })
                    .isInstanceOf(ObjectGoneException.class);
            assertThat(rowsOf(writer.object())).isZero();
        }
    }

    @Test
    void pagesShowEveryObjectOnceNewestFirst() throws Exception {
        List<UUID> put = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            put.add(0, put(bytes(i, 10)).id());
        }
        List<UUID> seen = new ArrayList<>();
        Optional<PagePosition> after = Optional.empty();
        while (true) {
            List<StoredObject> page = store.list(3, after);
            page.forEach(object -> seen.add(object.id()));
            if (page.size() < 3) {
                break;
            }
            StoredObject last = page.get(page.size() - 1);
            after = Optional.of(PagePosition.parse(PagePosition.of(last).toString()));
            store.delete(last.id()); // what a page ended with may be gone before the next is asked for
        }
        assertThat(seen).isEqualTo(put);
        put.forEach(store::delete);
    }

    private static StoredObject put(byte[] archive) throws IOException {
        try (ObjectUpload writer = store.begin(DESCRIPTION)) {
            writer.write(archive);
            return store.finish(writer, summary(archive));
        }
    }

    private static CompressionSummary summary(byte[] archive) {
        MessageDigest digest = Digests.sha256();
        return new CompressionSummary(1000, archive.length, 1, digest.digest());
    }

    private static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    private static int rows(String table) {
        Integer count = sql.queryForObject("select count(*) from " + table, Integer.class);
        return count == null ? -1 : count;
    }

    private static int rowsOf(UUID object) {
        Integer count =
                sql.queryForObject("select count(*) from archive_chunks where object_id = ?", Integer.class, object);
        return count == null ? -1 : count;
    }

    private static ConfigurableApplicationContext startService() {
        return new SpringApplicationBuilder(StoreOnly.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.datasource.url=" + database.jdbcUrl(),
                        "spring.datasource.username=" + database.user(),
                        "spring.datasource.password=" + database.password())
                .run();
    }

    @Configuration
    @EnableAutoConfiguration
    @Import(StoreConfiguration.class)
    static class StoreOnly {}
}
