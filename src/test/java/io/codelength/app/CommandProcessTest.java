package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.codec.TestTexts;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The real process: its streams, its exit codes, and the signals that end it. */
@Timeout(120)
final class CommandProcessTest {
    /** Far more than a step, which is what a command may take to stop; for a machine that has other work. */
    private static final long SECONDS_TO_STOP = 9;

    private static final byte[] TEXT = TestTexts.words(900, 3);

    private final Path folder;
    private final Path home;

    CommandProcessTest(@TempDir Path folder) throws IOException {
        this.folder = Files.createDirectory(folder.resolve("work"));
        this.home = folder.resolve("home");
    }

    private record Outcome(int code, byte[] out, String err) {}

    private Outcome run(byte[] input, List<String> options, String... arguments) throws Exception {
        Path in = Files.write(home.resolveSibling("in"), input);
        Path err = home.resolveSibling("err");
        Process process = Commands.process(home, options, arguments)
                .redirectInput(in.toFile())
                .redirectError(err.toFile())
                .start();
        byte[] out;
        try (InputStream stream = process.getInputStream()) {
            out = stream.readAllBytes();
        }
        return new Outcome(process.waitFor(), out, Files.readString(err));
    }

    @Test
    void aPipeOfTwoProcessesBringsTheBytesBack() throws Exception {
        Outcome archive = run(TEXT, List.of(), Commands.line("compress", List.of("-")));
        assertThat(archive.code()).as(archive.err()).isZero();
        assertThat(archive.out()).hasSizeLessThan(TEXT.length).startsWith(0x9E);
        Outcome restored = run(archive.out(), List.of(), "decompress", "--engine", Commands.ENGINE, "-");
        assertThat(restored.code()).as(restored.err()).isZero();
        assertThat(restored.out()).isEqualTo(TEXT);
        assertThat(run(TEXT, List.of(), "decompress", "-").code()).isEqualTo(3);
        assertThat(run(TEXT, List.of(), "decompress").code()).isEqualTo(2);
        assertThat(run(TEXT, List.of(), "list", folder + "/none").code()).isEqualTo(1);
    }

    @Test
    void tooLittleMemoryIsASentenceAndExitCode5() throws Exception {
        Outcome outcome = run(TEXT, List.of("-Xmx20m"), "compress", "--engine", "reference", "--tier", "model", "-");
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(5);
        assertThat(outcome.err()).contains("memory").doesNotContain("\tat ");
        assertThat(outcome.out()).isEmpty();
    }

    @Test
    void aReaderThatGoesAwayIsExitCode1() throws Exception {
        Path file = Files.write(folder.resolve("noise"), TestTexts.random(1 << 20, 1));
        Process process = Commands.process(
                        home, List.of(), Commands.line("compress", List.of("-o", "-", file.toString())))
                .redirectErrorStream(false)
                .start();
        process.getInputStream().close();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(err).isEqualTo(1);
        assertThat(err).contains("standard output cannot be written").doesNotContain("\tat ");
    }

    @Test
    void interruptingCompressionStopsSoonAndLeavesNothing() throws Exception {
        stopsSoon("INT", 130, Commands.line("compress", List.of(longText())));
    }

    @Test
    void terminatingCompressionStopsSoonAndLeavesNothing() throws Exception {
        stopsSoon("TERM", 143, Commands.line("compress", List.of(longText())));
    }

    private String longText() throws IOException {
        return Files.write(folder.resolve("text"), TestTexts.words(250_000, 4)).toString();
    }

    /** Sends a signal once the command's unfinished file is there and it has computed for a while. */
    private void stopsSoon(String signal, int code, String... arguments) throws Exception {
        assumeTrue(!isIgnored(signal), "skipped: SIG" + signal + " is ignored by whoever started these tests");
        Set<String> before = Commands.names(folder);
        Path err = home.resolveSibling("err");
        Process process = Commands.process(home, List.of(), arguments)
                .redirectError(err.toFile())
                .start();
        try {
            while (Commands.names(folder).equals(before)) {
                assertThat(process.isAlive()).as(Files.readString(err)).isTrue();
                Thread.sleep(50);
            }
            assertThat(Commands.names(folder)).anyMatch(name -> name.startsWith(".codelength-"));
            Thread.sleep(3000); // the model is loaded and being used
            assertThat(process.isAlive()).as(Files.readString(err)).isTrue();
            long sent = System.nanoTime();
            new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(process.waitFor(SECONDS_TO_STOP, TimeUnit.SECONDS))
                    .as("stopped within %d s", SECONDS_TO_STOP)
                    .isTrue();
            assertThat((System.nanoTime() - sent) / 1e9).isLessThan(SECONDS_TO_STOP);
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).as(Files.readString(err)).isEqualTo(code);
        assertThat(Files.readString(err)).doesNotContain("\tat ", "internal error");
        assertThat(Commands.names(folder)).isEqualTo(before);
    }

    /** A shell that starts a job in the background without job control makes it and all below it ignore SIGINT. */
    private static boolean isIgnored(String signal) throws IOException {
        int number = signal.equals("INT") ? 2 : 15;
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("SigIgn:")) {
                return (Long.parseUnsignedLong(line.substring(7).strip(), 16) >>> (number - 1) & 1) != 0;
            }
        }
        return false;
    }
}
