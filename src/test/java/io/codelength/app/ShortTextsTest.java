package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Compressor;
import io.codelength.codec.Decompressor;
import io.codelength.codec.DictionarySource;
import io.codelength.codec.EngineChoice;
import io.codelength.codec.Progress;
import io.codelength.codec.Tier;
import io.codelength.limit.CallScope;
import io.codelength.model.store.KnownModels;
import io.codelength.model.store.ModelStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Texts too short for mixing to have learned anything: the default tier is never worse than any method alone. */
class ShortTextsTest {
    private static EnginePredictors predictors;

    @BeforeAll
    static void load(@TempDir Path home) {
        predictors = new EnginePredictors(EngineChoice.AUTO, new KnownModels(new ModelStore(home)), note -> {});
    }

    @AfterAll
    static void close() {
        predictors.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "The quick brown fox jumps over the lazy dog",
                "See you tomorrow at the station, and bring an umbrella.",
                "What did the committee say about it?",
                "ok",
                "2026-11-28 06:52:42 INFO started in 4512 ms",
                "Once upon a time there was a little girl who lived in a small house near the forest with her mother.",
                "return new ArrayList<>(values);"
            })
    void standardIsNeverLongerThanContextsOrTheModelAlone(String text) throws IOException {
        byte[] original = text.getBytes(StandardCharsets.UTF_8);
        byte[] standard = compressed(original, Tier.STANDARD);
        assertThat(standard.length)
                .isLessThanOrEqualTo(compressed(original, Tier.FAST).length)
                .isLessThanOrEqualTo(compressed(original, Tier.MODEL).length);
        assertThat(restored(standard)).isEqualTo(original);
    }

    private static byte[] compressed(byte[] original, Tier tier) throws IOException {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        new Compressor(predictors)
                .compress(
                        new ByteArrayInputStream(original),
                        archive,
                        tier.predictor(predictors, ""),
                        new CompressionOptions(tier, OptionalInt.empty(), true, CompressionOptions.DEFAULT_BATCH_LANES),
                        CallScope.withMemory(1L << 30),
                        Progress.NONE);
        return archive.toByteArray();
    }

    private static byte[] restored(byte[] archive) throws IOException {
        ByteArrayOutputStream original = new ByteArrayOutputStream();
        new Decompressor(predictors, CompressionOptions.DEFAULT_BATCH_LANES, DictionarySource.NONE)
                .decompress(
                        "a short text",
                        new ByteArrayInputStream(archive),
                        original,
                        1 << 20,
                        CallScope.withMemory(1L << 30),
                        Progress.NONE);
        return original.toByteArray();
    }
}
