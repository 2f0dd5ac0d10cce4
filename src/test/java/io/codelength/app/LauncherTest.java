package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a checkout of its own, in a folder with a space in its name, where {@code java} and {@code mvn} are
 * small scripts that tell what they were asked to do.
 */
final class LauncherTest {
    private static final long SECONDS = 30;

    private final Path folder;
    private final Path home;
    private final Path jdk;
    private final Path tools;

    LauncherTest(@TempDir Path folder) {
        this.folder = folder;
        home = folder.resolve("a check out");
        jdk = folder.resolve("a jdk");
        tools = folder.resolve("tools");
    }

    private record Outcome(int code, String out, String err) {}

    @BeforeEach
    void layOut() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "skipped: the launcher is a shell script");
        Files.createDirectories(home.resolve("src/main/java"));
        Files.copy(Path.of("codelength"), home.resolve("codelength"));
        makeExecutable(home.resolve("codelength"));
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        Files.writeString(home.resolve("src/main/java/A.java"), "class A {}");
        giveJava("21.0.1");
        script(tools.resolve("mvn"), """
                #!/bin/sh
                echo "$@" >>"$MVN_CALLS"
                [ -z "${MVN_SLOW:-}" ] || sleep 1
                [ -z "${MVN_FAILS:-}" ] || { echo "it does not compile"; exit 1; }
                mkdir -p target/lib
                echo jar >target/codelength.jar
                """);
        // Only what the launcher may count on: a few tools that every system has.
        for (String tool : List.of(
                "dirname", "readlink", "find", "head", "sed", "mkdir", "rm", "mv", "cat", "touch", "sleep", "echo")) {
            Path program = Files.exists(Path.of("/usr/bin", tool)) ? Path.of("/usr/bin", tool) : Path.of("/bin", tool);
            script(tools.resolve(tool), "#!/bin/sh\nexec %s \"$@\"\n".formatted(program));
        }
    }

    @Test
    void itBuildsOnceAndPassesEveryArgumentAsItIs() throws Exception {
        String[] arguments = {"compress", "two words", "", "*", "$HOME", "a\"b'c\\d", "-o", "ü"};
        Outcome first = run(arguments);
        assertThat(first.code()).as(first.err()).isEqualTo(7);
        assertThat(first.err()).contains("building");
        assertThat(first.out()).endsWith("<compress>\n<two words>\n<>\n<*>\n<$HOME>\n<a\"b'c\\d>\n<-o>\n<ü>\n");
        assertThat(first.out()).contains("<-jar>\n<" + home.toRealPath().resolve("target/codelength.jar") + ">\n");
        Outcome second = run(arguments);
        assertThat(second.err()).isEmpty();
        assertThat(mavenCalls()).hasSize(1).allMatch(call -> call.contains("-DskipTests") && call.endsWith("package"));
    }

    @Test
    void itBuildsAgainWhenASourceIsNewer() throws Exception {
        run("list");
        age(home.resolve("target/codelength.jar"), 60);
        Files.setLastModifiedTime(
                home.resolve("src/main/java/A.java"),
                FileTime.from(Instant.now().minusSeconds(30)));
        run("list");
        assertThat(mavenCalls()).hasSize(2);
    }

    @Test
    void twoAtOnceBuildOnce() throws Exception {
        Process one = start(
                environment -> environment.environment().put("MVN_SLOW", "yes"), home.resolve("codelength"), "list");
        Process two = start(
                environment -> environment.environment().put("MVN_SLOW", "yes"), home.resolve("codelength"), "list");
        assertThat(finish(one).code()).isEqualTo(7);
        assertThat(finish(two).code()).isEqualTo(7);
        assertThat(mavenCalls()).hasSize(1);
    }

    @Test
    void aLockWhoseOwnerDiedIsTakenOver() throws Exception {
        Process dead = new ProcessBuilder("/bin/sh", "-c", "exit 0").start();
        dead.waitFor();
        Path lock = Files.createDirectories(home.resolve("target/.launcher.lock"));
        Files.writeString(lock.resolve("pid"), Long.toString(dead.pid()));
        assertThat(run("list").code()).isEqualTo(7);
        assertThat(lock).doesNotExist();
    }

    @Test
    void aFailedBuildShowsItsMessagesAndIsTriedAgain() throws Exception {
        Outcome failed = finish(start(
                environment -> environment.environment().put("MVN_FAILS", "yes"), home.resolve("codelength"), "list"));
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err()).contains("it does not compile", "the build failed");
        assertThat(failed.out()).isEmpty();
        assertThat(run("list").code()).isEqualTo(7);
    }

    @Test
    void itWorksFromAnyFolderAndThroughSymbolicLinks() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path relative = Files.createSymbolicLink(bin.resolve("clen"), Path.of("../a check out/codelength"));
        Path twice = Files.createSymbolicLink(bin.resolve("clen2"), Path.of("clen"));
        for (Path link : List.of(relative, twice)) {
            Outcome outcome = finish(start(builder -> builder.directory(bin.toFile()), link, "list"));
            assertThat(outcome.code()).as(outcome.err()).isEqualTo(7);
            assertThat(outcome.out())
                    .contains(home.toRealPath().resolve("target/codelength.jar").toString());
        }
    }

    @Test
    void anOldOrMissingJavaIsRefusedWithAnAnswer() throws Exception {
        giveJava("11.0.2");
        assertThat(run("list").err()).contains("17 or later", "11.0.2");
        giveJava("1.8.0_292");
        assertThat(run("list").err()).contains("17 or later", "1.8.0_292");
        Files.delete(jdk.resolve("bin/java"));
        Outcome missing = run("list");
        assertThat(missing.code()).isEqualTo(1);
        assertThat(missing.err()).contains("JAVA_HOME", "17 or later");
    }

    @Test
    void aJdkWithoutItsReleaseFileIsAskedForItsVersion() throws Exception {
        Files.delete(jdk.resolve("release"));
        assertThat(run("list").code()).isEqualTo(7);
    }

    @Test
    void withoutMavenAndWithoutABuildItSaysWhatToInstall() throws Exception {
        Files.delete(tools.resolve("mvn"));
        assertThat(run("list").err()).contains("Install Maven");
    }

    @Test
    void theServiceBeginsWithASmallHeapAndOptionsReachTheJvm() throws Exception {
        assertThat(run("list").out()).contains("<-XX:+UseSerialGC>");
        assertThat(run("serve").out()).contains("<-XX:+UseSerialGC>", "<-Xms64m>");
        Outcome tuned = finish(start(
                builder -> builder.environment().put("CODELENGTH_JAVA_OPTS", "-Xmx1g -Da=b"),
                home.resolve("codelength"),
                "list"));
        assertThat(tuned.out()).contains("<-Xmx1g>\n<-Da=b>\n");
    }

    private Outcome run(String... arguments) throws Exception {
        return finish(start(builder -> {}, home.resolve("codelength"), arguments));
    }

    private Process start(Consumer<ProcessBuilder> change, Path launcher, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(launcher.toString()));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.environment().clear();
        builder.environment().put("PATH", tools.toString());
        builder.environment().put("JAVA_HOME", jdk.toString());
        builder.environment().put("LC_ALL", "C.UTF-8");
        builder.environment().put("MVN_CALLS", folder.resolve("calls").toString());
        change.accept(builder);
        return builder.start();
    }

    private static Outcome finish(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), out, err);
    }

    private List<String> mavenCalls() throws IOException {
        return Files.readAllLines(folder.resolve("calls"));
    }

    /** A Java that prints its arguments, each in brackets, and ends with 7. */
    private void giveJava(String version) throws IOException {
        script(jdk.resolve("bin/java"), """
                #!/bin/sh
                if [ "$1" = -version ]; then echo 'openjdk version "%s" 2026-01-01' >&2; exit 0; fi
                for argument in "$@"; do printf '<%%s>\\n' "$argument"; done
                exit 7
                """.formatted(version));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
    }

    private static void script(Path file, String text) throws IOException {
        Files.createDirectories(file.resolveSibling("."));
        Files.writeString(file, text);
        makeExecutable(file);
    }

    private static void makeExecutable(Path file) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static void age(Path file, int seconds) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(seconds)));
    }
}
