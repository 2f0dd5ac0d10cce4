package io.codelength.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.container.CorruptContainerException;
import io.codelength.container.UnsupportedFormatException;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.model.TinyModels;
import io.codelength.predict.PlainPredictor;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The tiers that mix contexts: fast, standard and max. */
class MixedTiersTest {
    private static final List<Tier> TIERS = List.of(Tier.FAST, Tier.STANDARD, Tier.MAX);

    private static ReferenceEngine engine;
    private static OnePredictor tiny;

    @BeforeAll
    static void load() {
        engine = new ReferenceEngine(1);
        tiny = new OnePredictor(engine.load(TinyModels.small()), true);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static CompressionOptions options(Tier tier, int lanes, int batchLanes) {
        return new CompressionOptions(tier, lanes == 0 ? OptionalInt.empty() : OptionalInt.of(lanes), true, batchLanes);
    }

    private static byte[] lines(int count, String end) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append("2026-11-25 10:0%d INFO worker-%d took %d ms".formatted(i % 10, i % 7, i * 37 % 900))
                    .append(end);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void roundTrips(String what, byte[] original, CompressionOptions options) {
        byte[] archive = Archives.compress(tiny, original, options);
        assertThat(Archives.restore(tiny, archive)).as("%s, %s", what, options).isEqualTo(original);
        assertThat(archive.length).as("%s, %s", what, options).isLessThanOrEqualTo(original.length + 64);
    }

    @Test
    void shortAndAwkwardTextsComeBack() {
        for (Tier tier : TIERS) {
            for (int length : new int[] {0, 1, 2, 3, 17, 300}) {
                roundTrips("words of length " + length, TestTexts.words(length, length), options(tier, 0, 64));
                roundTrips("noise of length " + length, TestTexts.random(length, length), options(tier, 3, 64));
            }
        }
        TestTexts.awkward().forEach((name, text) -> roundTrips(name, text, options(Tier.STANDARD, 5, 64)));
    }

    @Test
    void changedLineEndsComeBackAndCostNothing() {
        byte[] unix = lines(60, "\n");
        byte[] dos = lines(60, "\r\n");
        byte[] marked = Arrays.copyOf(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF}, dos.length + 3);
        System.arraycopy(dos, 0, marked, 3, dos.length);
        for (Tier tier : TIERS) {
            roundTrips("line ends", dos, options(tier, 0, 64));
            roundTrips("line ends and a mark", marked, options(tier, 2, 64));
            int difference = Archives.compress(tiny, marked, options(tier, 1, 64)).length
                    - Archives.compress(tiny, unix, options(tier, 1, 64)).length;
            assertThat(difference).as("%s", tier).isLessThanOrEqualTo(4);
        }
    }

    @Test
    void severalFramesComeBackWhole() {
        byte[] original = Arrays.copyOf(lines(60, "\n"), (1 << 20) + 5000);
        System.arraycopy(TestTexts.random(9000, 3), 0, original, 700_000, 9000);
        roundTrips("two frames", original, options(Tier.FAST, 0, 64));
    }

    @Test
    void theArchiveDoesNotDependOnEngineThreadsOrBatch() {
        byte[] original = lines(120, "\r\n");
        for (int lanes : new int[] {1, 9}) {
            byte[] expected = Archives.compress(tiny, original, options(Tier.STANDARD, lanes, 64));
            OnePredictor plain =
                    new OnePredictor(new PlainPredictor(tiny.predictor().model()), true);
            assertThat(Archives.compress(plain, original, options(Tier.STANDARD, lanes, 3)))
                    .as("plain predictor, %d lanes", lanes)
                    .isEqualTo(expected);
            assertThat(Archives.compress(
                            new Compressor(tiny, LaneReader.Reading.STEPPED),
                            tiny,
                            original,
                            options(Tier.STANDARD, lanes, 7)))
                    .as("stepped, %d lanes", lanes)
                    .isEqualTo(expected);
            assertThat(Archives.restore(plain, expected, 2)).isEqualTo(original);
        }
    }

    @Test
    void mixingIsNeverLargerThanContextsAlone() {
        byte[] original = lines(100, "\n");
        int fast = Archives.compress(tiny, original, options(Tier.FAST, 0, 64)).length;
        int standard = Archives.compress(tiny, original, options(Tier.STANDARD, 0, 64)).length;
        assertThat(fast).isLessThan(original.length / 4);
        assertThat(standard).isLessThanOrEqualTo(fast + fast / 100 + 16);
    }

    @Test
    void everyFlippedBitOfASmallArchiveIsFoundOut() {
        for (Tier tier : List.of(Tier.FAST, Tier.STANDARD)) {
            byte[] original = lines(3, "\r\n");
            byte[] archive = Archives.compress(tiny, original, options(tier, 0, 64));
            Random random = new Random(1);
            for (int i = 0; i < 60; i++) {
                int bit = random.nextInt(8 * archive.length);
                byte[] damaged = archive.clone();
                damaged[bit / 8] ^= (byte) (1 << (bit % 8));
                assertThatThrownBy(() -> Archives.restore(tiny, damaged))
                        .as("%s, bit %d", tier, bit)
                        .isInstanceOfAny(
                                CorruptContainerException.class,
                                UnsupportedFormatException.class,
                                ModelMismatchException.class);
            }
        }
    }

    @Test
    void aModelForATierThatNeedsNoneIsRefused() {
        assertThat(Tier.FAST.predictor(tiny, "")).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tier.FAST.predictor(tiny, "base"))
                .withMessageContaining("fast");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tier.parse("best"))
                .withMessageContaining("fast, model, standard, max");
    }
}
