package io.codelength.cli.bench;

import java.util.List;
import java.util.OptionalLong;

/**
 * One coder on one file, or on all of them.
 *
 * @param file name of the file; empty for the total
 * @param coder label of the coder
 * @param peakBytes the most resident memory of the whole process meanwhile; empty where the system does not tell
 * @param restored whether the decoded bytes were the original ones
 */
public record BenchResult(
        String file,
        String coder,
        long originalBytes,
        long compressedBytes,
        double compressSeconds,
        double decompressSeconds,
        OptionalLong peakBytes,
        boolean restored) {

    /** Compressed over original; 0 for an empty file. */
    public double rate() {
        return originalBytes == 0 ? 0 : (double) compressedBytes / originalBytes;
    }

    public double bitsPerByte() {
        return 8 * rate();
    }

    /** Original kilobytes (1000 bytes) a second. */
    public double compressKilobytesPerSecond() {
        return originalBytes / Math.max(compressSeconds, 1e-9) / 1000;
    }

    /** Original kilobytes (1000 bytes) a second. */
    public double decompressKilobytesPerSecond() {
        return originalBytes / Math.max(decompressSeconds, 1e-9) / 1000;
    }

    /** Sums of one coder's results over files; the peak is the highest. */
    public static BenchResult total(String coder, List<BenchResult> results) {
        return new BenchResult(
                "",
                coder,
                results.stream().mapToLong(BenchResult::originalBytes).sum(),
                results.stream().mapToLong(BenchResult::compressedBytes).sum(),
                results.stream().mapToDouble(BenchResult::compressSeconds).sum(),
                results.stream().mapToDouble(BenchResult::decompressSeconds).sum(),
                results.stream()
                        .map(BenchResult::peakBytes)
                        .filter(OptionalLong::isPresent)
                        .mapToLong(OptionalLong::getAsLong)
                        .max(),
                results.stream().allMatch(BenchResult::restored));
    }
}
