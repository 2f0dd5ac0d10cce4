package io.codelength.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a number must travel with.
 *
 * @param machine processor, how many of them, memory
 * @param jdk version and maker
 * @param date when, UTC
 * @param commit of the checkout the program runs from; {@code unknown} elsewhere
 */
public record Surroundings(String machine, String jdk, String date, String commit) {
    /** System property in which the launcher names the project's folder. */
    private static final String HOME_PROPERTY = "codelength.home";

    private static final int GIT_SECONDS = 5;

    public static Surroundings here() {
        return new Surroundings(
                "%s, %d processors, %s, %s"
                        .formatted(
                                proc("/proc/cpuinfo", "model name").orElse(System.getProperty("os.arch")),
                                Runtime.getRuntime().availableProcessors(),
                                proc("/proc/meminfo", "MemTotal")
                                        .map(total -> total + " memory")
                                        .orElse("memory unknown"),
                                System.getProperty("os.name") + " " + System.getProperty("os.version")),
                "%s (%s)".formatted(Runtime.version(), System.getProperty("java.vendor")),
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                commitOf(System.getProperty(HOME_PROPERTY, ".")));
    }

    /** The value of the first line "key : value" of a file of the kernel's. */
    private static Optional<String> proc(String file, String key) {
        try {
            return Files.readAllLines(Path.of(file)).stream()
                    .filter(line -> line.startsWith(key))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static String commitOf(String folder) {
        try {
            Process git = new ProcessBuilder("git", "-C", folder, "describe", "--always", "--dirty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            boolean ended = git.waitFor(GIT_SECONDS, TimeUnit.SECONDS);
            return ended && git.exitValue() == 0 && !commit.isEmpty() ? commit : "unknown";
        } catch (IOException e) {
            return "unknown"; // no git here
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }
}
