package io.codelength.cli.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;

/** Runs a coder there and back on one file's bytes, once, with a clock and an eye on the process's memory. */
public final class Bench {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR_REFERENCES = Path.of("/proc/self/clear_refs");
    /** What makes Linux forget the highest resident size so far; see proc(5). */
    private static final String RESET_PEAK = "5";

    private static final byte[] SAMPLE =
            "Loading a library takes longer than compressing a short text.\n".getBytes(StandardCharsets.UTF_8);

    private Bench() {}

    /** Lets a coder load what it needs, libraries above all, so that the first file does not pay for it. */
    public static void warmUp(BenchCoder coder) throws IOException {
        coder.decompress(coder.compress(SAMPLE), SAMPLE.length);
    }

    public static BenchResult run(String file, byte[] original, BenchCoder coder) throws IOException {
        resetPeak();
        long start = System.nanoTime();
        byte[] compressed = coder.compress(original);
        long middle = System.nanoTime();
        byte[] restored = coder.decompress(compressed, original.length);
        long end = System.nanoTime();
        return new BenchResult(
                file,
                coder.label(),
                original.length,
                compressed.length,
                (middle - start) / 1e9,
                (end - middle) / 1e9,
                peakBytes(),
                Arrays.equals(original, restored));
    }

    private static void resetPeak() {
        System.gc(); // so that one coder's garbage does not count for the next
        try {
            if (Files.isWritable(CLEAR_REFERENCES)) {
                Files.writeString(CLEAR_REFERENCES, RESET_PEAK);
            }
        } catch (IOException e) {
            return; // the peak is then that of the process so far, which is still true
        }
    }

    /** The kernel's VmHWM, the most memory this process had resident. */
    private static OptionalLong peakBytes() {
        try {
            if (!Files.isReadable(STATUS)) {
                return OptionalLong.empty();
            }
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToLong(line -> 1024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }
}
