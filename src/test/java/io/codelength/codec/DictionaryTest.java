package io.codelength.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.codec.DictionaryTraining.Splitting;
import io.codelength.container.ArchiveSummary;
import io.codelength.container.CorruptContainerException;
import io.codelength.container.Dictionary;
import io.codelength.container.UnsupportedFormatException;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.limit.CallScope;
import io.codelength.limit.LimitExceededException;
import io.codelength.mix.Mixing;
import io.codelength.model.TinyModels;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Compressing with a dictionary, and what happens without the right one. */
class DictionaryTest {
    private static final Dictionary LINES = new Dictionary(lines(200, 0));

    private static ReferenceEngine engine;
    private static Learned tiny;

    /** A source that learns a dictionary once. */
    private record Learned(OnePredictor predictor, Map<Dictionary, Mixing> known) implements PredictorSource {
        @Override
        public io.codelength.predict.Predictor named(String model) {
            return predictor.named(model);
        }

        @Override
        public io.codelength.predict.Predictor referred(io.codelength.container.ModelReference reference) {
            return predictor.referred(reference);
        }

        @Override
        public OptionalInt shippedNumber(io.codelength.model.Fingerprint fingerprint) {
            return predictor.shippedNumber(fingerprint);
        }

        @Override
        public Mixing mixing(Dictionary dictionary) {
            return known.computeIfAbsent(dictionary, learned -> mixing().taughtBy(learned.text()));
        }
    }

    @BeforeAll
    static void load() {
        engine = new ReferenceEngine(1);
        tiny = new Learned(new OnePredictor(engine.load(TinyModels.small()), true), new HashMap<>());
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static byte[] lines(int count, int from) {
        StringBuilder text = new StringBuilder();
        for (int i = from; i < from + count; i++) {
            text.append("2026-11-25 10:0%d INFO worker-%d took %d ms\n".formatted(i % 10, i % 7, i * 37 % 900));
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static CompressionOptions options(Tier tier, int lanes) {
        return new CompressionOptions(tier, lanes == 0 ? OptionalInt.empty() : OptionalInt.of(lanes), true, 64);
    }

    private static byte[] restore(byte[] archive, DictionarySource dictionaries) {
        ByteArrayOutputStream original = new ByteArrayOutputStream();
        try {
            new Decompressor(tiny, 64, dictionaries)
                    .decompress(
                            "test.clen",
                            new ByteArrayInputStream(archive),
                            original,
                            Long.MAX_VALUE,
                            CallScope.withMemory(Archives.MEMORY),
                            Progress.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return original.toByteArray();
    }

    private static byte[] roundTrip(String what, byte[] original, CompressionOptions options) {
        byte[] archive = Archives.compress(tiny, original, options.withDictionary(LINES));
        assertThat(restore(archive, DictionarySource.only(LINES))).as(what).isEqualTo(original);
        assertThat(archive.length).as(what).isLessThanOrEqualTo(original.length + 64);
        return archive;
    }

    @Test
    void everyLengthComesBack() {
        byte[] likely = lines(10, 300);
        for (int length = 0; length <= 300; length++) {
            roundTrip("fast, " + length, Arrays.copyOf(likely, length), options(Tier.FAST, 0));
        }
        for (Tier tier : List.of(Tier.STANDARD, Tier.MAX)) {
            for (int length : new int[] {0, 1, 2, 5, 40, 127, 128, 300}) {
                roundTrip(tier + ", " + length, Arrays.copyOf(likely, length), options(tier, 0));
                roundTrip(tier + ", words, " + length, TestTexts.words(length, length), options(tier, 0));
            }
        }
    }

    @Test
    void awkwardTextsInLanesAndFramesComeBack() {
        TestTexts.awkward().forEach((name, text) -> roundTrip(name, text, options(Tier.STANDARD, 5)));
        roundTrip("several lanes", lines(80, 5), options(Tier.STANDARD, 7));
        byte[] large = Arrays.copyOf(lines(40_000, 5), (1 << 20) + 70_000);
        roundTrip("two frames", large, options(Tier.FAST, 0));
    }

    @Test
    void aRecordLikeThoseOfTheDictionaryTakesAFewBytes() {
        byte[] record = lines(1, 777);
        int with = roundTrip("record", record, options(Tier.FAST, 0)).length;
        int without = Archives.compress(tiny, record, options(Tier.FAST, 0)).length;
        assertThat(with).isLessThan(22);
        assertThat(with).isLessThan(without - 10);
    }

    @Test
    void theArchiveNamesTheDictionary() throws IOException {
        byte[] compact = roundTrip("record", lines(1, 3), options(Tier.FAST, 0));
        byte[] full = roundTrip("lines", lines(90, 3), options(Tier.STANDARD, 2));
        byte[] stored = roundTrip("noise", TestTexts.random(60, 1), options(Tier.FAST, 0));
        assertThat(ArchiveSummary.of(Archives.inMemory(compact)).dictionary()).contains(LINES.id());
        assertThat(ArchiveSummary.of(Archives.inMemory(full)).dictionary()).contains(LINES.id());
        assertThat(ArchiveSummary.of(Archives.inMemory(stored)).dictionary()).isEmpty();
        assertThat(restore(stored, DictionarySource.NONE)).isEqualTo(TestTexts.random(60, 1));
    }

    @Test
    void withoutTheRightDictionaryNothingIsDecoded() {
        Dictionary other = new Dictionary(lines(201, 0));
        for (byte[] archive : List.of(
                roundTrip("record", lines(1, 3), options(Tier.FAST, 0)),
                roundTrip("lines", lines(90, 3), options(Tier.STANDARD, 2)))) {
            assertThatThrownBy(() -> restore(archive, DictionarySource.NONE))
                    .isInstanceOf(DictionaryMismatchException.class)
                    .hasMessageContainingAll("test.clen", LINES.id().toString(), "not here");
            assertThatThrownBy(() -> restore(archive, DictionarySource.only(other)))
                    .isInstanceOf(DictionaryMismatchException.class)
                    .hasMessageContainingAll(LINES.id().toString(), other.id().toString());
            // A source that hands out another text all the same: the checksums tell.
            assertThatThrownBy(() -> restore(archive, id -> other)).isInstanceOf(CorruptContainerException.class);
        }
    }

    @Test
    void everyFlippedBitOfASmallArchiveIsFoundOut() {
        for (Tier tier : List.of(Tier.FAST, Tier.STANDARD)) {
            byte[] archive = roundTrip("record", lines(1, 500), options(tier, 0));
            for (int bit = 0; bit < 8 * archive.length; bit++) {
                byte[] damaged = archive.clone();
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                assertThatThrownBy(() -> restore(damaged, DictionarySource.only(LINES)))
                        .as("%s, bit %d", tier, bit)
                        .isInstanceOfAny(
                                CorruptContainerException.class,
                                UnsupportedFormatException.class,
                                DictionaryMismatchException.class,
                                ModelMismatchException.class);
            }
        }
    }

    @Test
    void aTierThatMixesNoContextsHasNoUseForOne() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> options(Tier.MODEL, 0).withDictionary(LINES))
                .withMessageContaining("tier model");
    }

    @Test
    void filesBecomeSamplesInThreeWays() throws IOException {
        byte[] file = "one\r\n\ntwo\nthree".getBytes(StandardCharsets.UTF_8);
        assertThat(samples(new Splitting.Whole(), file)).isEqualTo(1);
        assertThat(samples(new Splitting.Lines(), file)).isEqualTo(3);
        assertThat(samples(new Splitting.Blocks(4), file)).isEqualTo(4);
    }

    private static int samples(Splitting splitting, byte[] file) throws IOException {
        DictionaryTraining training = new DictionaryTraining(splitting, 1000);
        training.add(new ByteArrayInputStream(file));
        return training.samples();
    }

    @Test
    void tooLittleOrTooMuchToTrainFromIsSaid() throws IOException {
        DictionaryTraining training = new DictionaryTraining(new Splitting.Lines(), 5000);
        training.add(new ByteArrayInputStream(lines(3, 0)));
        assertThatThrownBy(() -> training.train(1000))
                .isInstanceOf(TooFewSamplesException.class)
                .hasMessageContainingAll("3 samples", "8 at least");
        training.add(new ByteArrayInputStream(lines(9, 0)));
        assertThatThrownBy(() -> training.train(1000))
                .isInstanceOf(TooFewSamplesException.class)
                .hasMessageContainingAll("bytes of samples", "1024 at least");
        training.add(new ByteArrayInputStream(lines(50, 0)));
        assertThat(training.train(1000).text().length).isBetween(900, 1000);
        assertThatIllegalArgumentException().isThrownBy(() -> training.train(255));
        assertThatThrownBy(() -> training.add(new ByteArrayInputStream(lines(100, 0))))
                .isInstanceOf(LimitExceededException.class)
                .hasMessageContaining("samples");
    }
}
