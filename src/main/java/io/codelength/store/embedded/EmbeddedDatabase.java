package io.codelength.store.embedded;

import io.codelength.store.embedded.Postmaster.Standing;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server over one data directory, for one service: listens on loopback only, asks for a password made at
 * first start, writes durably. The caller holds the {@link DirectoryLock} of the data directory for as long as this is
 * open.
 *
 * <p>Files: {@code postgresql/} is the cluster, {@code postgresql.password} its password, {@code postgresql.log} what the
 * server says.
 */
public final class EmbeddedDatabase implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDatabase.class);

    private static final String USER = "codelength";
    private static final String MAJOR_VERSION = "18";
    private static final Duration STOP_PATIENCE = Duration.ofMinutes(1);
    private static final Duration COMMAND_PATIENCE = Duration.ofMinutes(2);
    private static final Duration START_PATIENCE = Duration.ofSeconds(30);

    private final Path cluster;
    private final Path log;
    private final PostgresPrograms programs;
    private final Account account;
    private final String password;
    private int port;

    private EmbeddedDatabase(Path data, PostgresPrograms programs, Account account, String password) {
        this.cluster = data.resolve("postgresql");
        this.log = data.resolve("postgresql.log");
        this.programs = programs;
        this.account = account;
        this.password = password;
    }

    /**
     * Starts the server of a data directory, after stopping the one that a killed service may have left running there.
     *
     * @param data where the cluster lies or shall lie; locked by the caller
     * @param programsParent where PostgreSQL's programs are unpacked, once for all data directories
     * @throws DatabaseStartException if it cannot start, saying why
     */
    public static EmbeddedDatabase start(Path data, Path programsParent) throws IOException {
        Path directory = data.toRealPath();
        PostgresPrograms programs = PostgresPrograms.unpackedBelow(programsParent);
        Account account = Account.forCluster(directory.resolve("postgresql"));
        EmbeddedDatabase database =
                new EmbeddedDatabase(directory, programs, account, password(directory.resolve("postgresql.password")));
        database.initialise();
        database.stopOrphan();
        database.startServer();
        return database;
    }

    public String jdbcUrl() {
        return "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
    }

    public String user() {
        return USER;
    }

    public String password() {
        return password;
    }

    /** Stops the server and waits for it: open transactions are rolled back, the rest is on disk. */
    @Override
    public void close() {
        CommandResult stopped = run(pgCtl("stop", "-m", "fast", "-w", "-t", "30"));
        if (stopped.exitCode() != 0 && isRunning()) {
            run(pgCtl("stop", "-m", "immediate", "-w", "-t", "10"));
        }
    }

    private boolean isRunning() {
        return run(pgCtl("status")).exitCode() == 0;
    }

    /** Makes the cluster under another name first, so that a crash here leaves none that looks finished. */
    private void initialise() throws IOException {
        if (Files.exists(cluster)) {
            String version = Files.readString(cluster.resolve("PG_VERSION")).strip();
            if (!version.equals(MAJOR_VERSION)) {
                throw new DatabaseStartException(
                        "%s was written by PostgreSQL %s, this program brings %s. Dump it with the older version and load it here."
                                .formatted(cluster, version, MAJOR_VERSION));
            }
            return;
        }
        LOG.info("making a database in {}; this happens once", cluster);
        Path unfinished = cluster.resolveSibling("postgresql.unfinished");
        PostgresPrograms.deleteTree(unfinished);
        Files.createDirectory(unfinished);
        Path passwordFile = unfinished.resolveSibling("postgresql.pwfile");
        Files.deleteIfExists(passwordFile);
        createPrivate(passwordFile, password);
        account.own(unfinished);
        account.own(passwordFile);
        try {
            CommandResult made = run(List.of(
                    programs.path("initdb"),
                    "--pgdata=" + unfinished,
                    "--username=" + USER,
                    "--pwfile=" + passwordFile,
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    "--no-locale"));
            if (made.exitCode() != 0) {
                throw new DatabaseStartException(
                        "The database in %s cannot be initialised: %s".formatted(cluster, made.output()));
            }
        } finally {
            Files.deleteIfExists(passwordFile);
        }
        Files.move(unfinished, cluster);
    }

    private void stopOrphan() throws IOException {
        long deadline = System.nanoTime() + STOP_PATIENCE.toNanos();
        Optional<ProcessHandle> asked = Optional.empty();
        while (true) {
            Optional<Postmaster> left = Postmaster.read(cluster);
            Standing standing = left.isPresent() ? left.get().standing(cluster) : Standing.GONE;
            if (standing == Standing.FOREIGN) {
                // The machine was restarted or numbers came round: the claim is stale and its number means somebody
                // else, whom PostgreSQL would mistake for a running server.
                Files.deleteIfExists(cluster.resolve("postmaster.pid"));
                return;
            }
            // A server takes its file away a moment before it ends.
            if (standing == Standing.GONE && asked.stream().noneMatch(Postmaster::runs)) {
                return;
            }
            if (standing == Standing.OURS && asked.isEmpty()) {
                long pid = left.orElseThrow().pid();
                asked = ProcessHandle.of(pid);
                LOG.info("stopping the PostgreSQL (process {}) that a killed service left in {}", pid, cluster);
                run(List.of(programs.path("pg_ctl"), "kill", "INT", Long.toString(pid)));
            }
            if (System.nanoTime() > deadline) {
                throw new DatabaseStartException(
                        "Process %s still works in %s and does not end. Stop it by hand, then start again."
                                .formatted(left.map(Postmaster::pid).orElse(-1L), cluster));
            }
            pause();
        }
    }

    private void startServer() throws IOException {
        Files.deleteIfExists(log);
        createPrivate(log, "");
        account.own(log);
        long deadline = System.nanoTime() + START_PATIENCE.toNanos();
        while (true) {
            port = freePort();
            String options = String.join(
                    " ",
                    "-p " + port,
                    "-c listen_addresses=127.0.0.1",
                    "-c unix_socket_directories=''",
                    "-c fsync=on",
                    "-c synchronous_commit=on",
                    "-c full_page_writes=on",
                    "-c max_connections=60",
                    "-c timezone=UTC");
            CommandResult started = run(pgCtl("start", "-w", "-t", "60", "-l", log.toString(), "-o", options));
            if (started.exitCode() == 0) {
                return;
            }
            String output = started.output() + Files.readString(log, StandardCharsets.UTF_8);
            // The last backends of a killed server are about to leave their shared memory, or the port was taken.
            boolean passing = output.contains("is still in use") || output.contains("could not bind");
            if (output.contains("lock file \"postmaster.pid\" already exists")) {
                // A server that a service was just starting when it was killed came up after we looked for it.
                stopOrphan();
                passing = true;
            }
            if (!passing || System.nanoTime() > deadline) {
                throw new DatabaseStartException(
                        "The database in %s does not start: %s".formatted(cluster, output.strip()));
            }
            pause();
        }
    }

    private List<String> pgCtl(String action, String... arguments) {
        List<String> command = new ArrayList<>(List.of(programs.path("pg_ctl"), action, "-D", cluster.toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    private record CommandResult(int exitCode, String output) {}

    private CommandResult run(List<String> command) {
        List<String> whole = new ArrayList<>(account.prefix());
        whole.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(whole);
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        builder.directory(cluster.resolveSibling("").toFile());
        builder.redirectErrorStream(true);
        try {
            // A pipe would be inherited by the server and never end, so the words go through a file.
            Path words = Files.createTempFile("codelength-postgresql", ".txt");
            try {
                builder.redirectInput(ProcessBuilder.Redirect.from(nullDevice()));
                builder.redirectOutput(words.toFile());
                Process process = builder.start();
                if (!process.waitFor(COMMAND_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                    throw new DatabaseStartException(
                            "%s did not end within %d seconds.".formatted(whole, COMMAND_PATIENCE.toSeconds()));
                }
                return new CommandResult(process.exitValue(), Files.readString(words, StandardCharsets.ISO_8859_1));
            } finally {
                Files.deleteIfExists(words);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseStartException("interrupted while running " + whole, e);
        } catch (IOException e) {
            throw new DatabaseStartException("%s cannot be run: %s".formatted(whole, e.getMessage()), e);
        }
    }

    private static java.io.File nullDevice() {
        return new java.io.File(System.getProperty("os.name", "").startsWith("Windows") ? "NUL" : "/dev/null");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))) {
            return socket.getLocalPort();
        }
    }

    private static String password(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            Path unfinished = file.resolveSibling("postgresql.password.unfinished");
            Files.deleteIfExists(unfinished);
            createPrivate(unfinished, HexFormat.of().formatHex(random));
            Files.move(unfinished, file);
        }
        return Files.readString(file, StandardCharsets.US_ASCII).strip();
    }

    private static void createPrivate(Path file, String content) throws IOException {
        if (PostgresPrograms.isPosix(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } else {
            Files.createFile(file);
        }
        Files.writeString(file, content, StandardOpenOption.WRITE, StandardOpenOption.SYNC);
    }

    private static void pause() {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseStartException("interrupted while starting the database", e);
        }
    }
}
