package io.codelength.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.codelength.container.CorruptContainerException;
import io.codelength.container.UnsupportedFormatException;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.model.TinyModels;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A damaged archive gives an error that names the place, never other bytes. */
class CodecDamageTest {
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

    private static void isRefusedOrHarmless(String what, byte[] damaged, byte[] original) {
        byte[] restored;
        try {
            restored = Archives.restore(tiny, damaged);
        } catch (CorruptContainerException | UnsupportedFormatException | ModelMismatchException e) {
            assertThat(e.getMessage()).as(what).isNotBlank();
            return;
        }
        fail("%s was accepted; restored bytes are %s", what, Arrays.equals(restored, original) ? "right" : "WRONG");
    }

    private static List<byte[]> smallOriginals() {
        return List.of(
                new byte[0],
                LikelyText.of(tiny.predictor(), 40, 1),
                LikelyText.of(tiny.predictor(), 300, 2),
                TestTexts.random(50, 3),
                LikelyText.of(tiny.predictor(), 2100, 4));
    }

    /** The last of the originals takes the full form, since it has lanes; the others the compact one. */
    private static byte[] inItsForm(byte[] original) {
        return Archives.compress(tiny, original, Archives.options(original.length > 2000 ? 2 : 0, 64));
    }

    @Test
    void everyFlippedBitOfSmallArchivesIsRefused() {
        for (byte[] original : smallOriginals()) {
            byte[] archive = inItsForm(original);
            for (int bit = 0; bit < 8 * archive.length; bit++) {
                byte[] damaged = archive.clone();
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                isRefusedOrHarmless("%d bytes, bit %d".formatted(original.length, bit), damaged, original);
            }
        }
    }

    @Test
    void everyTruncationOfSmallArchivesIsRefused() {
        for (byte[] original : smallOriginals()) {
            byte[] archive = inItsForm(original);
            for (int length = 0; length < archive.length; length++) {
                isRefusedOrHarmless(
                        "%d bytes, cut at %d".formatted(original.length, length),
                        Arrays.copyOf(archive, length),
                        original);
            }
            isRefusedOrHarmless("one byte more", Arrays.copyOf(archive, archive.length + 1), original);
        }
    }

    @Test
    void thousandsOfRandomChangesOfALargerArchiveAreRefused() {
        byte[] original = LikelyText.of(tiny.predictor(), 12_000, 5);
        byte[] archive = Archives.compress(tiny, original, Archives.options(9, 64));
        long seed = Long.getLong("tests.seed", 1);
        Random random = new Random(seed);
        for (int round = 0; round < 3000; round++) {
            byte[] damaged = archive.clone();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                int at = random.nextInt(damaged.length);
                switch (random.nextInt(3)) {
                    case 0 -> damaged[at] ^= (byte) (1 << random.nextInt(8));
                    case 1 -> damaged[at] = (byte) (damaged[at] + 1 + random.nextInt(255));
                    default -> damaged = cutOut(damaged, at, 1 + random.nextInt(40));
                }
            }
            isRefusedOrHarmless("-Dtests.seed=%d round %d".formatted(seed, round), damaged, original);
        }
    }

    private static byte[] cutOut(byte[] bytes, int at, int count) {
        int end = Math.min(bytes.length, at + count);
        byte[] shorter = Arrays.copyOf(bytes, bytes.length - (end - at));
        System.arraycopy(bytes, end, shorter, at, bytes.length - end);
        return shorter;
    }
}
