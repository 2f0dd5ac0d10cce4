package io.codelength.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.container.CompactArchive;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.limit.CallScope;
import io.codelength.model.TinyModels;
import io.codelength.predict.ExactScorer;
import io.codelength.text.FrameLanes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Archives are as short as the design says: {@code docs/format.md}, sizes. */
class CodecSizeTest {
    private static ReferenceEngine engine;
    private static OnePredictor shipped;
    private static OnePredictor named;

    @BeforeAll
    static void load() {
        engine = new ReferenceEngine(1);
        shipped = new OnePredictor(engine.load(TinyModels.small()), true);
        named = new OnePredictor(shipped.predictor(), false);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    /** Bytes that the exact probabilities make of the text, were the coder ideal. */
    private static double idealBytes(byte[] original, int lanes) {
        Windows windows = Windows.of(shipped.predictor().model().shape().contextTokens(), false);
        Measurer measurer = new Measurer(new ExactScorer(shipped.predictor(), windows.windowTokens()));
        double bits = 0;
        for (byte[] frame : frames(original)) {
            FrameLanes division = new FrameLanes(frame.length, lanes);
            for (int lane = 0; lane < lanes; lane++) {
                byte[] text = Arrays.copyOfRange(frame, division.start(lane), division.end(lane));
                bits += measurer.measure(text, CallScope.withMemory(Archives.MEMORY), Progress.NONE)
                        .bits();
            }
        }
        return bits / 8;
    }

    private static List<byte[]> frames(byte[] original) {
        FrameSource source = new FrameSource(new ByteArrayInputStream(original), Tier.MODEL.frameBytes());
        List<byte[]> frames = new ArrayList<>();
        try {
            for (byte[] frame = source.next(); frame.length > 0; frame = source.next()) {
                frames.add(frame);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return frames;
    }

    @Test
    void framedArchivesAreWithinTheirBoundOfTheIdeal() {
        for (int lanes : new int[] {1, 8, 9, 32}) {
            // One more than a frame, with more lanes than a coder takes; once, since it takes long.
            for (int length : lanes == 9 ? new int[] {2049, 20_000, 270_000} : new int[] {2049, 20_000}) {
                byte[] original = LikelyText.of(shipped.predictor(), length, length);
                int frames = frames(original).size();
                double bound = idealBytes(original, lanes) * 1.0005 + frames * (8 + 32) + 96;
                assertThat(bound).as("the bound says something").isLessThan(original.length);
                for (OnePredictor source : new OnePredictor[] {shipped, named}) {
                    assertThat(Archives.compress(source, original, Archives.options(lanes, 64)).length)
                            .as("%d bytes, %d lanes, shipped %b", length, lanes, source.shipped())
                            .isLessThanOrEqualTo((int) bound);
                }
            }
        }
    }

    @Test
    void compactArchivesHaveTwelveBytesBesideThePayloadOrTwenty() {
        for (int length : new int[] {100, 2048, CompactArchive.ORIGINAL_BYTES_MAX}) {
            byte[] original = LikelyText.of(shipped.predictor(), length, length);
            double payload = idealBytes(original, 1) + 1;
            assertThat(payload + 20).as("the bound says something").isLessThan(original.length);
            assertThat(Archives.compress(shipped, original, Archives.options(0, 64)).length)
                    .isLessThanOrEqualTo((int) payload + 12);
            assertThat(Archives.compress(named, original, Archives.options(0, 64)).length)
                    .isLessThanOrEqualTo((int) payload + 20);
        }
    }

    @Test
    void noiseGrowsBySixtyFourBytesAndThirtyTwoAMebibyteAtMost() {
        for (int length : new int[] {0, 1, 300, 16_383, 16_384, 16_385, 100_000, 1 << 20, 3 << 20, (9 << 20) + 5}) {
            byte[] original = TestTexts.random(length, length);
            assertThat(Archives.compress(named, original, Archives.options(0, 64)).length - length)
                    .as("noise of %d bytes", length)
                    .isLessThanOrEqualTo(64 + 32 * (length >> 20));
        }
    }
}
