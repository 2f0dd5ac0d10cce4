package io.codelength.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** One cluster for all, since making one takes seconds; each test leaves it stopped. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EmbeddedDatabaseTest {
    private static final Path PROGRAMS =
            Path.of(System.getProperty("codelength.build", "target")).resolve("postgresql");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    static Path data;

    @Test
    @Order(1)
    void whatWasWrittenSurvivesARestart() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(data, PROGRAMS)) {
            execute(database, "create table kept (value int)");
            execute(database, "insert into kept values (42)");
        }
        try (EmbeddedDatabase database = EmbeddedDatabase.start(data, PROGRAMS)) {
            assertThat(query(database, "select value from kept")).isEqualTo("42");
        }
    }

    @Test
    @Order(2)
    void theServerWritesDurablyAndListensOnLoopbackWithAPasswordOnly() throws Exception {
        try (EmbeddedDatabase database = EmbeddedDatabase.start(data, PROGRAMS)) {
            assertThat(query(database, "show fsync")).isEqualTo("on");
            assertThat(query(database, "show synchronous_commit")).isEqualTo("on");
            assertThat(query(database, "show full_page_writes")).isEqualTo("on");
            assertThat(query(database, "show data_checksums")).isEqualTo("on");
            assertThat(query(database, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(query(database, "show unix_socket_directories")).isEmpty();
            assertThatThrownBy(() -> DriverManager.getConnection(database.jdbcUrl(), database.user(), "guess"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password");
        }
    }

    @Test
    @Order(3)
    void theServerThatAKilledServiceLeftIsStoppedAndItsDataKept() throws Exception {
        EmbeddedDatabase orphaned = EmbeddedDatabase.start(data, PROGRAMS);
        long orphan = pid(data);
        execute(orphaned, "insert into kept values (43)");
        try (EmbeddedDatabase database = EmbeddedDatabase.start(data, PROGRAMS)) {
            assertThat(pid(data)).isNotEqualTo(orphan);
            assertThat(query(database, "select max(value) from kept")).isEqualTo("43");
        }
        assertThat(ProcessHandle.of(orphan).filter(Postmaster::runs)).isEmpty();
    }

    @Test
    @Order(4)
    void aStaleFileWhoseNumberNowMeansAnotherProcessDoesNoHarm() throws Exception {
        Process bystander = new ProcessBuilder("sleep", "60").start();
        try {
            Path cluster = data.resolve("postgresql").toRealPath();
            Files.write(
                    cluster.resolve("postmaster.pid"),
                    List.of(
                            Long.toString(bystander.pid()),
                            cluster.toString(),
                            "1700000000",
                            "5432",
                            "",
                            "",
                            "",
                            "ready"));
            try (EmbeddedDatabase database = EmbeddedDatabase.start(data, PROGRAMS)) {
                assertThat(query(database, "select min(value) from kept")).isEqualTo("42");
            }
            assertThat(bystander.isAlive()).isTrue();
        } finally {
            bystander.destroyForcibly();
        }
    }

    @Test
    @Order(5)
    void theServerOfAnotherDirectoryIsNeverTouched(@TempDir Path otherData) throws Exception {
        try (EmbeddedDatabase other = EmbeddedDatabase.start(otherData, PROGRAMS)) {
            long otherPid = pid(otherData);
            // As if this directory's server had had that number before the machine was restarted.
            Files.copy(otherData.resolve("postgresql/postmaster.pid"), data.resolve("postgresql/postmaster.pid"));
            try (EmbeddedDatabase database = EmbeddedDatabase.start(data, PROGRAMS)) {
                assertThat(query(database, "select min(value) from kept")).isEqualTo("42");
                assertThat(pid(otherData)).isEqualTo(otherPid);
                assertThat(query(other, "select 1")).isEqualTo("1");
            }
        }
    }

    @Test
    @Order(6)
    void aServerKilledOutrightStartsAgain() throws Exception {
        EmbeddedDatabase killed = EmbeddedDatabase.start(data, PROGRAMS);
        execute(killed, "insert into kept values (44)");
        ProcessHandle server = ProcessHandle.of(pid(data)).orElseThrow();
        server.destroyForcibly();
        server.onExit().get(10, TimeUnit.SECONDS);
        try (EmbeddedDatabase database = EmbeddedDatabase.start(data, PROGRAMS)) {
            assertThat(query(database, "select max(value) from kept")).isEqualTo("44");
        }
    }

    @Test
    @Order(7)
    void aClusterOfAnotherVersionIsRefusedByName() throws Exception {
        Path version = data.resolve("postgresql/PG_VERSION");
        String own = Files.readString(version);
        Files.writeString(version, "17\n");
        assertThatThrownBy(() -> EmbeddedDatabase.start(data, PROGRAMS))
                .isInstanceOf(DatabaseStartException.class)
                .hasMessageContaining("PostgreSQL 17")
                .hasMessageContaining(data.toRealPath().toString());
        Files.writeString(version, own);
    }

    @Test
    @Order(8)
    void aDirectoryIsLockedOnceAndFreeAfterwards() throws Exception {
        try (DirectoryLock lock = DirectoryLock.acquire(data)) {
            assertThat(lock).isNotNull();
            assertThatThrownBy(() -> DirectoryLock.acquire(data))
                    .isInstanceOf(DatabaseStartException.class)
                    .hasMessageContaining(data.toString())
                    .hasMessageContaining("process " + ProcessHandle.current().pid())
                    .hasMessageContaining("--data");
        }
        DirectoryLock.acquire(data).close();
    }

    private static long pid(Path directory) throws IOException {
        return Postmaster.read(directory.resolve("postgresql")).orElseThrow().pid();
    }

    private static void execute(EmbeddedDatabase database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String query(EmbeddedDatabase database, String sql) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        }
    }

    private static Connection connect(EmbeddedDatabase database) throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), database.user(), database.password());
    }
}
