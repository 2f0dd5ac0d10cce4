package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Decompressor;
import io.codelength.codec.DictionaryMismatchException;
import io.codelength.codec.DictionarySource;
import io.codelength.codec.EngineChoice;
import io.codelength.codec.PredictorSource;
import io.codelength.codec.Progress;
import io.codelength.container.ArchiveHeader;
import io.codelength.container.ArchiveReader;
import io.codelength.container.CompactArchive;
import io.codelength.container.Dictionary;
import io.codelength.container.FrameMethod;
import io.codelength.container.IncomingArchive;
import io.codelength.limit.CallScope;
import io.codelength.model.store.KnownModels;
import io.codelength.model.store.ModelStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Archives that were written when format 1 became final are read for ever. Neither they nor their originals, both in
 * {@code src/test/resources/io/codelength/app/golden}, are ever written anew; a new format brings new ones.
 */
class GoldenArchivesTest {
    private static EnginePredictors best;
    private static EnginePredictors reference;

    @BeforeAll
    static void load(@TempDir Path home) {
        KnownModels models = new KnownModels(new ModelStore(home));
        best = new EnginePredictors(EngineChoice.AUTO, models, note -> {});
        reference = new EnginePredictors(new EngineChoice("reference", 2), models, note -> {});
    }

    @AfterAll
    static void close() {
        best.close();
        reference.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "empty", // stored, nothing in it
                "noise.bin", // stored
                "message.txt", // compact, mixed
                "dos.md", // compact, mixed behind a text transform
                "dos.max.md", // the same with windows that overlap
                "service.log", // full, context mixing
                "document.md", // full, mixed in three lanes
                "document.max.md", // full, windows that overlap
                "document.model.md" // full, tokens of twelve lanes in two coders
            })
    void everyGoldenArchiveIsReadByteForByte(String name) throws IOException {
        byte[] original = read(name.replace(".max", "").replace(".model", ""));
        assertThat(restored(name, best)).isEqualTo(original);
    }

    @ParameterizedTest
    @ValueSource(strings = {"message.txt", "service.log"})
    void plainJavaReadsThemToo(String name) throws IOException {
        assertThat(restored(name, reference)).isEqualTo(read(name));
    }

    @Test
    void theyHaveBothFormsAndEveryKindOfFrame() throws IOException {
        Set<FrameMethod> compact = EnumSet.noneOf(FrameMethod.class);
        Set<FrameMethod> full = EnumSet.noneOf(FrameMethod.class);
        for (String name : new String[] {"empty", "noise.bin", "message.txt", "dos.md", "dos.max.md"}) {
            compact.add(((CompactArchive) open(name)).method());
        }
        for (String name : new String[] {"service.log", "document.md", "document.max.md", "document.model.md"}) {
            full.add(((ArchiveReader) open(name)).next().orElseThrow().frame().method());
        }
        assertThat(compact)
                .containsExactlyInAnyOrder(FrameMethod.STORED, FrameMethod.MIXED, FrameMethod.MIXED.withTransform());
        assertThat(full).containsExactlyInAnyOrder(FrameMethod.CONTEXT_MIXING, FrameMethod.MIXED, FrameMethod.TOKENS);
        assertThat(((CompactArchive) open("dos.max.md")).overlaps()).isTrue();
        ArchiveHeader overlapping = ((ArchiveReader) open("document.max.md")).header();
        assertThat(overlapping.overlapTokens()).isPositive();
    }

    @Test
    void whoHasTheDictionaryReadsTheRecordThatNamesIt() throws IOException {
        Dictionary dictionary = Dictionary.read("service.cldict", new ByteArrayInputStream(read("service.cldict")));
        DictionarySource known = DictionarySource.only(dictionary);
        assertThat(restored("record.log", best, known)).isEqualTo(read("record.log"));
        assertThat(restored("record.log", reference, known)).isEqualTo(read("record.log"));
        assertThatThrownBy(() -> restored("record.log", best))
                .isInstanceOf(DictionaryMismatchException.class)
                .hasMessageContaining(dictionary.id().toString());
    }

    private static IncomingArchive open(String name) throws IOException {
        return IncomingArchive.open(name, new ByteArrayInputStream(read(name + ".clen")));
    }

    private static byte[] restored(String name, PredictorSource predictors) throws IOException {
        return restored(name, predictors, DictionarySource.NONE);
    }

    private static byte[] restored(String name, PredictorSource predictors, DictionarySource dictionaries)
            throws IOException {
        ByteArrayOutputStream original = new ByteArrayOutputStream();
        new Decompressor(predictors, CompressionOptions.DEFAULT_BATCH_LANES, dictionaries)
                .decompress(
                        name,
                        new ByteArrayInputStream(read(name + ".clen")),
                        original,
                        1 << 20,
                        CallScope.withMemory(1L << 30),
                        Progress.NONE);
        return original.toByteArray();
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream in = GoldenArchivesTest.class.getResourceAsStream("golden/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the tests have no golden file " + name);
            }
            return in.readAllBytes();
        }
    }
}
