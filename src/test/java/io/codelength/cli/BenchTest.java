package io.codelength.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.cli.bench.Bench;
import io.codelength.cli.bench.BenchCoder;
import io.codelength.cli.bench.BenchResult;
import io.codelength.cli.bench.ClassicalCoder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class BenchTest {
    private final Path folder;

    BenchTest(@TempDir Path folder) {
        this.folder = folder;
    }

    @ParameterizedTest
    @EnumSource(ClassicalCoder.class)
    void classicalCodersBringTheirBytesBack(ClassicalCoder coder) throws IOException {
        byte[] noise = new byte[5000];
        new Random(1).nextBytes(noise);
        for (byte[] original :
                new byte[][] {{}, {7}, "to be or not to be, ".repeat(500).getBytes(StandardCharsets.UTF_8), noise}) {
            BenchResult result = Bench.run("x", original, coder);
            assertThat(result.restored()).isTrue();
            assertThat(result.originalBytes()).isEqualTo(original.length);
            assertThat(result.compressedBytes()).isPositive();
        }
    }

    @Test
    void aCoderThatLosesBytesIsSeen() throws IOException {
        BenchCoder forgetful = new BenchCoder() {
            @Override
            public String label() {
                return "forgetful";
            }

            @Override
            public byte[] compress(byte[] original) {
                return new byte[1];
            }

            @Override
            public byte[] decompress(byte[] compressed, int originalBytes) {
                return new byte[originalBytes];
            }
        };
        assertThat(Bench.run("x", new byte[] {1, 2, 3}, forgetful).restored()).isFalse();
    }

    @Test
    void aCoderLoadsItsLibraryBothWaysBeforeTheClockStarts() throws IOException {
        List<String> calls = new ArrayList<>();
        Bench.warmUp(new BenchCoder() {
            @Override
            public String label() {
                return "watched";
            }

            @Override
            public byte[] compress(byte[] original) {
                calls.add("compress");
                return original;
            }

            @Override
            public byte[] decompress(byte[] compressed, int originalBytes) {
                calls.add("decompress");
                return compressed;
            }
        });
        assertThat(calls).containsExactly("compress", "decompress");
    }

    @Test
    void theTableTravelsWithMachineJdkDateAndCommit() throws IOException {
        String a = Files.writeString(folder.resolve("a"), "some text, some more text\n")
                .toString();
        String b = Files.writeString(folder.resolve("b"), "x").toString();
        Shell.Outcome outcome = Shell.withoutModels().run("bench", "--tiers", "none", "--classical", "gzip,xz", a, b);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("machine: ", "jdk: ", "date: ", "commit: ", "bits/byte", "peak MB", "gzip -9", "xz -9e")
                .contains(a + ", 26 bytes", "all 2 files, 27 bytes");
    }

    @Test
    void valuesForProgramsComeAsCsvAndJson() throws IOException {
        String file = Files.writeString(folder.resolve("a,\"b\""), "some text").toString();
        String[] common = {"bench", "--tiers", "none", "--classical", "gzip", file};
        String csv = Shell.withoutModels().run(with(common, "--csv")).out();
        assertThat(csv).contains("file,coder,originalBytes").contains("/a,\"\"b\"\"\",\"gzip -9\",9,");
        String json = Shell.withoutModels().run(with(common, "--json")).out();
        assertThat(json).startsWith("{").contains("\"bitsPerByte\"", "\"totals\"", "\"restored\" : true");
    }

    private static String[] with(String[] arguments, String last) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 1);
        all[arguments.length] = last;
        return all;
    }

    @Test
    void speedSaysWhatItCannotMeasureHere() throws IOException {
        String text = Files.writeString(folder.resolve("text"), "some text, ".repeat(300))
                .toString();
        Shell.Outcome outcome =
                Shell.withoutModels().run("bench", "--speed", "--speed-parts", "products,text,model", text);
        assertThat(outcome.code()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .contains("machine: ", "commit: ")
                .contains("not measured: products: there are no native kernels here")
                .contains("not measured: text: there are no native kernels here")
                .contains("not measured: model: name an installed one with --model");
    }

    @Test
    void speedWithWhatItCannotTakeIsRefused() throws IOException {
        String text = Files.writeString(folder.resolve("long"), "some text, ".repeat(300))
                .toString();
        String brief = Files.writeString(folder.resolve("brief"), "some text").toString();
        refused("some kilobytes", "bench", "--speed", brief);
        refused("one FILE", "bench", "--speed", text, brief);
        refused("--json", "bench", "--speed", "--csv", text);
        refused("choose some of products,passes", "bench", "--speed", "--speed-parts", "everything", text);
    }

    private static void refused(String because, String... command) throws IOException {
        Shell.Outcome outcome = Shell.withoutModels().run(command);
        assertThat(outcome.code()).isEqualTo(2);
        assertThat(outcome.err()).contains(because);
    }
}
