package io.codelength.store.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a cluster's {@code postmaster.pid} claims, and whether the machine agrees.
 *
 * @param pid process number of the server
 * @param cluster the data directory it names
 * @param started when it says it started, in whole seconds
 */
record Postmaster(long pid, Path cluster, Instant started) {
    /** How the running process with that number relates to the claim. */
    enum Standing {
        /** No such process. */
        GONE,
        /** It is the server that the file names. */
        OURS,
        /** It works in this cluster but is not the process that wrote the file, such as a backend that outlived it. */
        UNCLEAR,
        /** The number now belongs to something else. */
        FOREIGN
    }

    // The file holds whole seconds taken a moment after the process began; the kernel's figure is in ticks since a boot
    // time that is itself rounded.
    private static final Duration START_TOLERANCE = Duration.ofSeconds(10);

    /** @return empty if there is no such file or it is not one that a running server would leave */
    static Optional<Postmaster> read(Path cluster) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(cluster.resolve("postmaster.pid"), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (lines.size() < 3) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Postmaster(
                    Long.parseLong(lines.get(0).strip()),
                    Path.of(lines.get(1).strip()),
                    Instant.ofEpochSecond(Long.parseLong(lines.get(2).strip()))));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** @param ownCluster the cluster whose file this is */
    Standing standing(Path ownCluster) throws IOException {
        Optional<ProcessHandle> process = ProcessHandle.of(pid).filter(Postmaster::runs);
        if (process.isEmpty()) {
            return Standing.GONE;
        }
        if (!worksIn(ownCluster, process.get())) {
            return Standing.FOREIGN;
        }
        boolean sameStart = process.get()
                .info()
                .startInstant()
                .map(start -> Duration.between(start, started).abs().compareTo(START_TOLERANCE) <= 0)
                .orElse(false);
        boolean sameCluster = Files.isDirectory(cluster) && Files.isSameFile(cluster, ownCluster);
        return sameStart && sameCluster ? Standing.OURS : Standing.UNCLEAR;
    }

    private boolean worksIn(Path ownCluster, ProcessHandle process) throws IOException {
        Path proc = Path.of("/proc", Long.toString(pid));
        if (Files.isDirectory(proc)) {
            try {
                Path program = Files.readSymbolicLink(proc.resolve("exe"));
                Path directory = Files.readSymbolicLink(proc.resolve("cwd"));
                // A server changes into its data directory when it starts and stays there.
                return program.endsWith("postgres")
                        && Files.isDirectory(directory)
                        && Files.isSameFile(directory, ownCluster);
            } catch (NoSuchFileException endedMeanwhile) {
                return false;
            } catch (java.nio.file.AccessDeniedException anotherAccounts) {
                return false;
            }
        }
        // Without /proc (macOS, Windows) the command and, above, the start time have to do.
        return process.info()
                .command()
                .map(command -> Path.of(command).getFileName())
                .filter(name -> name.toString().startsWith("postgres"))
                .isPresent();
    }

    /** Alive, and not only waiting to be collected by a parent that does not care, as happens in containers. */
    static boolean runs(ProcessHandle process) {
        if (!process.isAlive()) {
            return false;
        }
        try {
            String stat = Files.readString(
                    Path.of("/proc", Long.toString(process.pid()), "stat"), StandardCharsets.ISO_8859_1);
            return !stat.startsWith(" Z", stat.lastIndexOf(')') + 1);
        } catch (IOException endedMeanwhileOrNoLinux) {
            return process.isAlive();
        }
    }
}
