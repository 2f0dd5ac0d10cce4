package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.cli.Shell;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Dictionaries on the command line: trained, shown, used, and missed. */
class DictionaryCommandTest {
    private static final JsonMapper JSON = new JsonMapper();

    private static final byte[] RECORD = lines(1, 777);

    private final Path home;
    private final Path folder;

    DictionaryCommandTest(@TempDir Path folder) throws IOException {
        this.home = folder.resolve("home");
        this.folder = Files.createDirectory(folder.resolve("work"));
    }

    private static byte[] lines(int count, int from) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < from + count; i++) {
            text.append("2026-11-25 10:0%d INFO worker-%d took %d ms\n".formatted(i % 10, i % 7, i * 37 % 900));
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    @BeforeEach
    void write() throws IOException {
        Files.write(folder.resolve("old.log"), lines(400, 0));
        Files.write(folder.resolve("record"), RECORD);
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private Shell.Outcome run(int code, String... arguments) {
        Shell.Outcome outcome = Commands.shell(home).run(arguments);
        assertThat(outcome.code()).as(outcome.err()).isEqualTo(code);
        assertThat(outcome.err()).doesNotContain("\tat ", "internal error");
        return outcome;
    }

    private JsonNode json(Shell.Outcome outcome) {
        return JSON.readTree(outcome.out());
    }

    private String train(String target, String size) {
        return json(run(
                        0,
                        "dictionary",
                        "train",
                        "--split",
                        "lines",
                        "--size",
                        size,
                        "--json",
                        path("old.log"),
                        "-o",
                        path(target)))
                .path("id")
                .asString();
    }

    @Test
    void aRecordGoesThereAndBackAndItsArchiveSaysWhatItNeeds() throws IOException {
        String id = train("log.cldict", "2000");
        assertThat(run(0, "dictionary", "show", path("log.cldict")).out()).contains(id, "bytes");
        assertThat(json(run(0, "dictionary", "show", "--json", path("log.cldict")))
                        .path("dictionaries")
                        .path(0)
                        .path("id")
                        .asString())
                .isEqualTo(id);
        run(
                0,
                "compress",
                "--engine",
                Commands.ENGINE,
                "--tier",
                "fast",
                "--dictionary",
                path("log.cldict"),
                path("record"));
        assertThat(Files.size(folder.resolve("record.clen"))).isLessThan(24);
        assertThat(run(0, "list", path("record.clen")).out()).contains("dictionary " + id);
        run(0, "verify", "-D", path("log.cldict"), path("record.clen"));
        assertThat(run(0, "cat", "--dictionary", path("log.cldict"), path("record.clen"))
                        .outBytes())
                .isEqualTo(RECORD);
        assertThat(run(0, "cat", "--range", "5-9", "-D", path("log.cldict"), path("record.clen"))
                        .out())
                .isEqualTo(new String(RECORD, 5, 5, StandardCharsets.UTF_8));
        run(0, "decompress", "-D", path("log.cldict"), "-o", path("back"), path("record.clen"));
        assertThat(Files.readAllBytes(folder.resolve("back"))).isEqualTo(RECORD);
    }

    @Test
    void aMissingOrAnotherDictionaryIsExitCode4AndLeavesNothing() throws IOException {
        String id = train("log.cldict", "2000");
        String other = train("other.cldict", "1500");
        run(0, "compress", "--tier", "fast", "-D", path("log.cldict"), path("record"));
        Files.delete(folder.resolve("record"));
        var before = Commands.names(folder);
        assertThat(run(4, "decompress", path("record.clen")).err()).contains("record.clen", id, "--dictionary");
        assertThat(run(4, "decompress", "-D", path("other.cldict"), path("record.clen"))
                        .err())
                .contains("record.clen", id, other);
        run(4, "cat", path("record.clen"));
        run(4, "verify", path("record.clen"));
        run(0, "verify", "--checksums", path("record.clen"));
        assertThat(Commands.names(folder)).isEqualTo(before);
    }

    @Test
    void whatMakesNoSenseIsSaid() throws IOException {
        train("log.cldict", "2000");
        assertThat(run(1, "dictionary", "train", path("old.log"), "-o", path("x.cldict"))
                        .err())
                .contains("1 sample", "--split");
        assertThat(run(2, "dictionary", "train", path("old.log")).err()).contains("-o");
        run(2, "dictionary", "train", "--split", "words", path("old.log"), "-o", path("x.cldict"));
        run(2, "dictionary", "train", "--size", "10", path("old.log"), "-o", path("x.cldict"));
        run(1, "dictionary", "train", "--split", "lines", path("old.log"), "-o", path("log.cldict"));
        run(2, "dictionary");
        assertThat(run(2, "compress", "--tier", "model", "-D", path("log.cldict"), path("record"))
                        .err())
                .contains("tier model");
        byte[] damaged = Files.readAllBytes(folder.resolve("log.cldict"));
        damaged[99] ^= 4;
        Files.write(folder.resolve("damaged.cldict"), damaged);
        assertThat(run(3, "compress", "-D", path("damaged.cldict"), path("record"))
                        .err())
                .contains("damaged.cldict");
        run(3, "dictionary", "show", path("record"));
        run(1, "compress", "-D", path("nowhere.cldict"), path("record"));
        assertThat(Commands.names(folder)).doesNotContain("record.clen", "x.cldict");
    }

    @Test
    void recordsAreMeasuredBesideZstd() {
        JsonNode rows = json(run(
                        0,
                        "bench",
                        "--records",
                        "20",
                        "--tiers",
                        "fast",
                        "--dictionary-size",
                        "4K",
                        "--json",
                        path("old.log")))
                .path("records");
        assertThat(rows.size()).isEqualTo(2);
        assertThat(rows.path(0).path("coder").asString()).startsWith("zstd -19");
        assertThat(rows.path(1).path("ofZstd").asDouble()).isLessThan(0.8);
        assertThat(rows.path(1).path("restored").asBoolean()).isTrue();
        assertThat(run(2, "bench", "--records", "400", path("old.log")).err()).contains("400 lines");
        assertThat(run(0, "bench", "--records", "20", "--tiers", "fast", path("old.log"))
                        .out())
                .contains("of zstd", "codelength, fast");
    }

    @Test
    void aProcessOfItsOwnReadsWhatAnotherWrote() throws Exception {
        train("log.cldict", "2000");
        run(0, "compress", "--tier", "fast", "-D", path("log.cldict"), path("record"));
        Process process = Commands.process(
                        home, java.util.List.of(), "cat", "-D", path("log.cldict"), path("record.clen"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        byte[] out = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isZero();
        assertThat(out).isEqualTo(RECORD);
    }
}
