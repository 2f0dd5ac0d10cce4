package io.codelength.cli;

import io.codelength.cli.bench.BenchCoder;
import io.codelength.cli.bench.DictionaryZstd;
import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Compressor;
import io.codelength.codec.Decompressor;
import io.codelength.codec.DictionarySource;
import io.codelength.codec.DictionaryTraining;
import io.codelength.codec.DictionaryTraining.Splitting;
import io.codelength.codec.Tier;
import io.codelength.container.Dictionary;
import io.codelength.limit.CallScope;
import io.codelength.predict.Predictor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What {@code codelength bench --records} does: the first lines of each file, each compressed alone, with a dictionary trained
 * on the file's other lines, beside zstd with a dictionary that it trained on the same lines.
 */
final class RecordsBench {
    private final Session session;
    private final Backend.Predictors predictors;
    private final CallScope scope;
    private final int records;
    private final int dictionaryBytes;
    private final List<Row> rows = new ArrayList<>();

    /** One coder on one file's records. */
    private record Row(
            String file,
            String coder,
            int records,
            long originalBytes,
            int dictionaryBytes,
            long compressedBytes,
            boolean restored) {
        double bytesARecord() {
            return (double) compressedBytes / records;
        }
    }

    RecordsBench(Session session, Backend.Predictors predictors, CallScope scope, int records, int dictionaryBytes) {
        this.session = session;
        this.predictors = predictors;
        this.scope = scope;
        this.records = records;
        this.dictionaryBytes = dictionaryBytes;
    }

    /** @throws UsageException if the file has too few lines to be parted so */
    void run(String file, byte[] original, List<Tier> tiers, String model) throws IOException {
        List<byte[]> lines = lines(original);
        if (lines.size() <= records) {
            throw new UsageException("--records %d: %s has %d lines, which leaves none to train a dictionary from"
                    .formatted(records, file, lines.size()));
        }
        List<byte[]> measured = lines.subList(0, records);
        List<byte[]> others = lines.subList(records, lines.size());
        DictionaryZstd zstd = zstd(others);
        measure(file, zstd, zstd.dictionaryBytes(), measured);
        DictionaryTraining training = new DictionaryTraining(new Splitting.Lines(), Long.MAX_VALUE >> 1);
        training.add(new ByteArrayInputStream(joined(others)));
        Dictionary dictionary = training.train(dictionaryBytes);
        for (Tier tier : tiers) {
            CompressionOptions options = new CompressionOptions(
                    tier,
                    OptionalInt.empty(),
                    false, // every record is restored below
                    CompressionOptions.DEFAULT_BATCH_LANES,
                    Optional.of(dictionary));
            Optional<Predictor> predictor = tier.predictor(predictors, tier.needsModel() ? model : "");
            CodelengthCoder coder = new CodelengthCoder(
                    "codelength, " + tier,
                    new Compressor(predictors),
                    new Decompressor(
                            predictors, CompressionOptions.DEFAULT_BATCH_LANES, DictionarySource.only(dictionary)),
                    predictor,
                    options,
                    scope);
            measure(file, coder, dictionary.text().length, measured);
        }
    }

    private DictionaryZstd zstd(List<byte[]> samples) {
        try {
            return new DictionaryZstd(samples, dictionaryBytes);
        } catch (IllegalArgumentException e) {
            throw new CommandFailedException(String.valueOf(e.getMessage()));
        }
    }

    private void measure(String file, BenchCoder coder, int dictionary, List<byte[]> measured) throws IOException {
        long originalBytes = 0;
        long compressedBytes = 0;
        boolean restored = true;
        for (byte[] record : measured) {
            session.cancellation().throwIfCancelled();
            byte[] compressed = coder.compress(record);
            originalBytes += record.length;
            compressedBytes += compressed.length;
            restored &= Arrays.equals(coder.decompress(compressed, record.length), record);
        }
        rows.add(new Row(file, coder.label(), measured.size(), originalBytes, dictionary, compressedBytes, restored));
    }

    /** Without their line ends; empty ones are left out. */
    private static List<byte[]> lines(byte[] text) {
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int i = 0; i <= text.length; i++) {
            if (i == text.length || text[i] == '\n') {
                if (i > from) {
                    lines.add(Arrays.copyOfRange(text, from, i));
                }
                from = i + 1;
            }
        }
        return lines;
    }

    private static byte[] joined(List<byte[]> lines) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        for (byte[] line : lines) {
            text.writeBytes(line);
            text.write('\n');
        }
        return text.toByteArray();
    }

    /** Whether every record came back. */
    boolean restored() {
        return rows.stream().allMatch(Row::restored);
    }

    void print(Map<String, String> heading, boolean json) {
        if (json) {
            Map<String, Object> object = Json.object();
            object.putAll(heading);
            object.put("records", rows.stream().map(this::facts).toList());
            Json.print(session, object);
            return;
        }
        heading.forEach((key, value) -> line("%s: %s", key, value));
        line("");
        String row = "%-32s  %-24s  %8s  %9s  %10s  %9s  %9s  %9s  %s";
        line(row, "file", "coder", "records", "bytes", "dictionary", "archives", "a record", "of zstd", "restored");
        for (Row each : rows) {
            line(
                    row,
                    each.file.isEmpty() ? "all" : each.file.substring(each.file.lastIndexOf('/') + 1),
                    each.coder,
                    each.records,
                    each.originalBytes,
                    each.dictionaryBytes,
                    each.compressedBytes,
                    String.format(Locale.ROOT, "%.2f", each.bytesARecord()),
                    String.format(Locale.ROOT, "%.1f %%", 100 * ofZstd(each)),
                    each.restored ? "yes" : "NO");
        }
    }

    private Map<String, Object> facts(Row row) {
        Map<String, Object> facts = Json.object();
        facts.put("file", row.file);
        facts.put("coder", row.coder);
        facts.put("records", row.records);
        facts.put("originalBytes", row.originalBytes);
        facts.put("dictionaryBytes", row.dictionaryBytes);
        facts.put("compressedBytes", row.compressedBytes);
        facts.put("ofZstd", ofZstd(row));
        facts.put("restored", row.restored);
        return facts;
    }

    /** The total over that of zstd on the same file, whose row is the file's first. */
    private double ofZstd(Row row) {
        Row zstd = rows.stream()
                .filter(each -> each.file.equals(row.file))
                .findFirst()
                .orElse(row);
        return (double) row.compressedBytes / zstd.compressedBytes;
    }

    private void line(String format, @Nullable Object... values) {
        session.terminal()
                .out()
                .println(String.format(Locale.ROOT, format, values).stripTrailing());
    }
}
