package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.cli.Shell;
import io.codelength.codec.Archives;
import io.codelength.codec.TestTexts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The manners of every command, with the shipped model: exit codes, streams, files, facts for programs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CommandLineTest {
    private static final JsonMapper JSON = new JsonMapper();

    private static final byte[] TEXT = "The quick brown fox jumps over the lazy dog, and so on.\n"
            .repeat(9)
            .getBytes(StandardCharsets.UTF_8);

    /** What is stored as it is. */
    private static final byte[] NOISE = TestTexts.random(6000, 5);

    /** One frame of noise, which is stored, and one of text, which is not. */
    private static final byte[] TWO_FRAMES = joined(NOISE, TEXT, TEXT);

    private final Path shared;
    private Path folder;
    private byte[] small = new byte[0];
    private byte[] large = new byte[0];

    /** Inside the payload of the second frame of {@link #large}. */
    private int placeInSecondFrame;

    private int folders;

    CommandLineTest(@TempDir Path folder) {
        this.shared = folder;
        this.folder = folder;
    }

    @BeforeAll
    void compressOnce() throws IOException {
        Path small = Files.write(newFolder().resolve("small"), TEXT);
        Path large = Files.write(folder.resolve("large"), joined(TEXT, TEXT));
        check(0, run("compress", "-q", small.toString()));
        check(0, run("compress", "-q", "--lanes", "2", large.toString()));
        this.small = Files.readAllBytes(folder.resolve("small.clen"));
        this.large =
                Archives.withStoredInFront(NOISE, joined(TEXT, TEXT), Files.readAllBytes(folder.resolve("large.clen")));
        Files.write(folder.resolve("large.clen"), this.large);
        assertThat(this.small.length).isLessThan(TEXT.length / 2);
        JsonNode frames = json(shell().run("list", "--json", "--frames", folder + "/large.clen"))
                .path("files")
                .path(0)
                .path("frameList");
        placeInSecondFrame = frames.path(1).path("archiveOffset").asInt() + 30;
    }

    private Path newFolder() throws IOException {
        folder = Files.createDirectory(shared.resolve("folder-" + folders++));
        return folder;
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private Shell shell() {
        return Commands.shell(shared.resolve("home"));
    }

    /** Runs a command that computes. */
    private Shell.Outcome run(String command, String... arguments) {
        return run(shell(), command, arguments);
    }

    private static Shell.Outcome run(Shell shell, String command, String... arguments) {
        return shell.run(Commands.line(command, List.of(arguments)));
    }

    private static Shell.Outcome check(int code, Shell.Outcome outcome, String... words) {
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(code);
        assertThat(outcome.err()).doesNotContain("Exception", "\tat ", "internal error");
        for (String word : words) {
            assertThat(outcome.err()).contains(word);
        }
        return outcome;
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    @Test
    void whatCannotBeReadIsExitCode1AndTheOtherFilesHaveTheirTurn() throws IOException {
        newFolder();
        Path text = file("text", TEXT);
        Path missing = folder.resolve("missing");
        check(1, run("compress", missing.toString(), text.toString()), "missing: no such file", "text: ");
        check(1, run("compress", folder.toString()), "is a directory");
        check(1, run("decompress", missing + ".clen"), "no such file");
        check(1, run("cat", missing.toString()), "no such file");
        check(1, run("recover", missing.toString()), "no such file");
        check(1, shell().run("list", missing.toString()), "no such file");
        assertThat(Commands.names(folder)).isEqualTo(Set.of("text", "text.clen"));
    }

    @Test
    void nothingIsOverwrittenWithoutForce() throws IOException {
        newFolder();
        Path text = file("text", TEXT);
        Path archive = file("text.clen", small);
        Path other = file("other", new byte[] {1});
        check(1, run("compress", text.toString()), "text.clen: already exists", "--force");
        check(1, run("decompress", archive.toString()), "text: already exists", "--force");
        check(1, run("decompress", "-o", other.toString(), archive.toString()), "other: already exists");
        check(
                1,
                run("recover", "-o", other.toString(), file("large.clen", large).toString()),
                "already exists");
        check(1, shell().run("models", "export", "base", "-o", other.toString()), "already exists");
        assertThat(other).hasBinaryContent(new byte[] {1});
        assertThat(archive).hasBinaryContent(small);
        check(0, run("decompress", "--force", "-o", other.toString(), archive.toString()));
        assertThat(other).hasBinaryContent(TEXT);
        check(2, run("compress", "--force", "-o", text.toString(), text.toString()), "is the source itself");
        assertThat(text).hasBinaryContent(TEXT);
        assertThat(Commands.names(folder)).isEqualTo(Set.of("text", "text.clen", "other", "large.clen"));
    }

    @Test
    void damageIsExitCode3NamesThePlaceAndLeavesNothing() throws IOException {
        newFolder();
        byte[] damaged = large.clone();
        damaged[placeInSecondFrame]++;
        Path archive = file("a.clen", damaged);
        check(3, run("decompress", archive.toString()), "a.clen: frame 1 (offset ", "codelength recover");
        check(3, run("verify", archive.toString()), "a.clen: frame 1 (offset ");
        check(3, shell().run("verify", "--checksums", archive.toString()), "a.clen: frame 1 (offset ");
        check(3, shell().run("list", archive.toString()), "a.clen: frame 1 (offset ");
        Shell.Outcome cat = check(3, run("cat", archive.toString()), "a.clen: frame 1 (offset ");
        assertThat(cat.outBytes()).as("what is handed out before is right").isEqualTo(NOISE);
        check(
                3,
                run(
                        "decompress",
                        "-o",
                        folder + "/x",
                        file("cut.clen", Arrays.copyOf(large, 2000)).toString()));
        check(3, run("decompress", "-o", folder + "/x", file("text", TEXT).toString()), "text: ");
        check(
                3,
                run(
                        "decompress",
                        "-o",
                        folder + "/x",
                        file("empty", new byte[0]).toString()),
                "empty: ");
        assertThat(Commands.names(folder)).isEqualTo(Set.of("a.clen", "cut.clen", "text", "empty"));
    }

    @Test
    void limitsAreExitCode5AndLeaveNothing() throws IOException {
        newFolder();
        Path archive = file("a.clen", small);
        check(5, run("decompress", "--output-limit", "500", archive.toString()), "500");
        check(5, run("decompress", "--memory", "1K", archive.toString()), "memory");
        check(
                5,
                run(
                        "compress",
                        "--memory",
                        "1K",
                        "-o",
                        folder + "/b.clen",
                        file("text", TEXT).toString()),
                "memory");
        assertThat(Commands.names(folder)).isEqualTo(Set.of("a.clen", "text"));
    }

    @Test
    void rangesAreThoseBytesOfTheOriginal() throws IOException {
        newFolder();
        String archive = file("a.clen", large).toString();
        String compact = file("b.clen", small).toString();
        int end = TWO_FRAMES.length;
        for (int[] range :
                new int[][] {{0, 0}, {100, 5000}, {NOISE.length - 3, NOISE.length + 20}, {end - 5, end - 1}}) {
            Shell.Outcome part = check(0, run("cat", "--range", range[0] + "-" + range[1], archive));
            assertThat(part.outBytes()).isEqualTo(Arrays.copyOfRange(TWO_FRAMES, range[0], range[1] + 1));
        }
        assertThat(check(0, run("cat", "--range", "4-9", compact)).outBytes())
                .isEqualTo(Arrays.copyOfRange(TEXT, 4, 10));
        assertThat(check(0, run("cat", archive)).outBytes()).isEqualTo(TWO_FRAMES);
        assertThat(check(2, run("cat", "--range", "5-" + end, archive), "0-" + (end - 1))
                        .outBytes())
                .isEmpty();
        check(2, run("cat", "--range", "9-8", archive), "9-8");
    }

    @Test
    void binaryDataIsNotWrittenToATerminal() throws IOException {
        newFolder();
        String text = file("text", TEXT).toString();
        assertThat(check(2, run(shell().atTerminal(), "compress", "-o", "-", text), "terminal")
                        .outBytes())
                .isEmpty();
        assertThat(run(shell().atTerminal(), "compress", "-q", "--force", "-o", "-", text)
                        .outBytes())
                .isEqualTo(small);
        Shell.Outcome shown =
                run(shell().atTerminal(), "cat", file("a.clen", small).toString());
        assertThat(shown.outBytes()).as("text may be shown").isEqualTo(TEXT);
    }

    @Test
    void factsComeAsOneJsonObject() throws IOException {
        newFolder();
        String text = file("text", TEXT).toString();
        JsonNode compressed =
                json(run("compress", "--json", text)).path("files").path(0);
        assertThat(compressed.path("source").asString()).isEqualTo(text);
        assertThat(compressed.path("archive").asString()).isEqualTo(text + ".clen");
        assertThat(compressed.path("originalBytes").asInt()).isEqualTo(TEXT.length);
        assertThat(compressed.path("archiveBytes").asInt()).isEqualTo(small.length);
        assertThat(compressed.path("rate").asDouble()).isEqualTo((double) small.length / TEXT.length);
        assertThat(compressed.path("bitsPerByte").asDouble()).isEqualTo(8.0 * small.length / TEXT.length);
        assertThat(compressed.path("sha256").asString()).hasSize(64);
        String archive = text + ".clen";
        JsonNode restored = json(run("decompress", "--json", "-o", folder + "/again", archive))
                .path("files")
                .path(0);
        assertThat(restored.path("originalBytes").asInt()).isEqualTo(TEXT.length);
        assertThat(json(run("verify", "--json", archive)).path("sound").asBoolean())
                .isTrue();
        JsonNode listed = json(shell().run(
                                "list",
                                "--json",
                                "--frames",
                                file("large.clen", large).toString()))
                .path("files")
                .path(0);
        assertThat(listed.path("originalBytes").asInt()).isEqualTo(TWO_FRAMES.length);
        assertThat(listed.path("frameList").path(0).path("method").asString()).isEqualTo("stored");
        assertThat(listed.path("frameList").path(1).path("method").asString()).isEqualTo("tokens");
        JsonNode measured = json(run("measure", "--json", text));
        assertThat(measured.path("bytes").asInt()).isEqualTo(TEXT.length);
        assertThat(measured.path("bits").asDouble())
                .as("the archive is its code length and a little more")
                .isBetween(8.0 * (small.length - 13), 8.0 * small.length);
        JsonNode bench = json(
                run("bench", "--help").code() == 0
                        ? shell().run("bench", "--engines", Commands.ENGINE, "--json", text)
                        : run("bench"));
        assertThat(bench.path("results")).hasSize(7);
        bench.path("results")
                .forEach(result -> assertThat(result.path("restored").asBoolean())
                        .as("%s", result)
                        .isTrue());
    }

    private static JsonNode json(Shell.Outcome outcome) {
        check(0, outcome);
        assertThat(outcome.err()).isEmpty();
        return JSON.readTree(outcome.out());
    }

    @Test
    void recoverBringsBackEveryWholeFrame() throws IOException {
        newFolder();
        byte[] text = joined(TEXT, TEXT);
        byte[] noHeader = large.clone();
        Arrays.fill(noHeader, 0, 16, (byte) 0);
        byte[] noFooter = Arrays.copyOf(large, large.length - 20);
        byte[] neither = Arrays.copyOf(noHeader, large.length - 20);
        byte[] firstDamaged = large.clone();
        firstDamaged[3000]++;
        byte[] secondDamaged = large.clone();
        secondDamaged[placeInSecondFrame]++;
        byte[] holeInFirst = joined(Arrays.copyOf(large, 5000), Arrays.copyOfRange(large, 6000, large.length));
        recovers(0, "whole", large, TWO_FRAMES);
        recovers(3, "header lost", noHeader, TWO_FRAMES);
        recovers(3, "footer lost", noFooter, TWO_FRAMES);
        recovers(3, "header and footer lost", neither, TWO_FRAMES);
        recovers(3, "first frame damaged", firstDamaged, text);
        recovers(3, "a hole in the first frame", holeInFirst, text);
        recovers(3, "second frame damaged", secondDamaged, NOISE);
        recovers(3, "nothing left", new byte[5000], new byte[0]);
        check(3, run("recover", file("small.clen", small).toString()), "compact", "codelength decompress");
    }

    private void recovers(int code, String what, byte[] archive, byte[] expected) throws IOException {
        Path damaged = file("damaged.clen", archive);
        Path target = folder.resolve("damaged.recovered");
        Files.deleteIfExists(target);
        JsonNode facts = JSON.readTree(
                check(code, run("recover", "--json", damaged.toString())).out());
        assertThat(Files.readAllBytes(target)).as(what).isEqualTo(expected);
        assertThat(facts.path("whole").asBoolean()).as(what).isEqualTo(code == 0);
        assertThat(facts.path("originalBytes").asInt()).as(what).isEqualTo(expected.length);
    }

    @Test
    void anErrorShowsWhereItComesFromOnlyWhenAsked() throws IOException {
        newFolder();
        String missing = folder.resolve("missing").toString();
        assertThat(run("compress", missing).err()).doesNotContain("\tat ");
        assertThat(run(shell().environment("CODELENGTH_DEBUG", "1"), "compress", missing)
                        .err())
                .contains("\tat ");
    }
}
