package io.codelength.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.container.FrameMethod;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.limit.CallScope;
import io.codelength.limit.CancelledException;
import io.codelength.limit.LimitExceededException;
import io.codelength.mix.ReferenceMixing;
import io.codelength.mix.SymbolSpelling;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import io.codelength.model.TinyModels;
import io.codelength.predict.PlainPredictor;
import io.codelength.predict.Predictor;
import io.codelength.text.FrameLanes;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What comes out is what went in, and the archive is the same whoever computed it and how. */
class CodecLawTest {
    private static ReferenceEngine engine;
    private static OnePredictor tiny;

    @BeforeAll
    static void load() {
        engine = new ReferenceEngine(2);
        tiny = new OnePredictor(engine.load(TinyModels.small()), true);
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static byte[] likely(int length, long seed) {
        return LikelyText.of(tiny.predictor(), length, seed);
    }

    private static void roundTrips(String what, byte[] original, CompressionOptions options) {
        byte[] archive = Archives.compress(tiny, original, options);
        assertThat(Archives.restore(tiny, archive)).as(what).isEqualTo(original);
    }

    @Test
    void everyLengthFrom0To300ComesBack() {
        for (int length = 0; length <= 300; length++) {
            roundTrips("words of length " + length, TestTexts.words(length, length), Archives.options(0, 64));
            roundTrips("likely text of length " + length, likely(length, length), Archives.options(0, 64));
            roundTrips("noise of length " + length, TestTexts.random(length, length), Archives.options(3, 64));
        }
    }

    @Test
    void awkwardTextsComeBack() {
        TestTexts.awkward().forEach((name, text) -> {
            roundTrips(name, text, Archives.options(0, 64));
            roundTrips(name + ", 5 lanes", text, Archives.options(5, 64));
        });
    }

    @Test
    void lengthsAroundTheFormsAndFrameBordersComeBack() {
        for (int length : new int[] {2047, 2048, 2049, 16_383, 16_384, 16_385, 256 << 10, (256 << 10) + 1}) {
            roundTrips(
                    "length " + length,
                    concatenated(likely(2000, length), TestTexts.random(length - 2000, length)),
                    Archives.options(0, 64));
        }
    }

    /** One frame a batch, so the second is decoded by what has decoded the first. */
    @Test
    void framesVerifiedBatchByBatchComeBack() {
        byte[] some = likely(8 << 10, 14);
        ByteArrayOutputStream many = new ByteArrayOutputStream();
        while (many.size() < 256 << 10) {
            many.writeBytes(some);
        }
        many.writeBytes(likely(4000, 15));
        byte[] original = many.toByteArray();
        byte[] archive = Archives.compress(tiny, original, Archives.options(0, 1));
        assertThat(archive.length).as("both frames are coded").isLessThan(original.length - (8 << 10));
        assertThat(Archives.restore(tiny, archive)).isEqualTo(original);
    }

    private static byte[] concatenated(byte[]... parts) {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }

    @Test
    void archiveDoesNotDependOnThreadsBatchOrReading() {
        byte[] original = likely(15_000, 11);
        ExactModel model = tiny.predictor().model();
        for (int lanes : new int[] {1, 9, 32}) {
            byte[] expected = Archives.compress(tiny, original, Archives.options(lanes, 64));
            assertThat(expected.length).as("the text is coded, not stored").isLessThan(original.length);
            try (ReferenceEngine oneThread = new ReferenceEngine(1)) {
                OnePredictor other = new OnePredictor(oneThread.load(model), true);
                for (int batchLanes : new int[] {1, 7, 32}) {
                    CompressionOptions options = Archives.options(lanes, batchLanes);
                    assertThat(Archives.compress(other, original, options))
                            .as("%d lanes, batches of %d, one thread", lanes, batchLanes)
                            .isEqualTo(expected);
                    assertThat(Archives.compress(
                                    new Compressor(tiny, LaneReader.Reading.STEPPED), tiny, original, options))
                            .as("%d lanes, batches of %d, stepped", lanes, batchLanes)
                            .isEqualTo(expected);
                    assertThat(Archives.restore(other, expected, batchLanes)).isEqualTo(original);
                }
            }
        }
    }

    @Test
    void plainPredictorWritesAndReadsTheSameArchive() {
        byte[] original = likely(5000, 12);
        OnePredictor plain =
                new OnePredictor(new PlainPredictor(tiny.predictor().model()), true);
        byte[] archive = Archives.compress(tiny, original, Archives.options(0, 64));
        assertThat(Archives.compress(plain, original, Archives.options(0, 64))).isEqualTo(archive);
        assertThat(Archives.restore(plain, archive)).isEqualTo(original);
    }

    @Test
    void overlappingWindowsDecodeStepByStepWhatOnePassEncoded() throws Exception {
        ExactModel model = TinyModels.exact(new ModelShape(16, 1, 1, 1, 16, 20, 40, 1e-6), false, 2);
        byte[] frame = TestTexts.words(3000, 13);
        FrameLanes division = new FrameLanes(frame.length, 11);
        try (ReferenceEngine one = new ReferenceEngine(1)) {
            Predictor predictor = one.load(model);
            for (int overlap : new int[] {0, 1, 7, 38}) {
                CallScope scope = CallScope.withMemory(1 << 28);
                ModelFrames frames = new ModelFrames(
                        predictor,
                        new Windows(40, overlap),
                        SymbolSpelling.of(model.tokenizer().vocabulary()),
                        new ReferenceMixing(),
                        MixingMemory.BITS,
                        7,
                        scope);
                byte[] tokens = frames.tokens().encode(frame, division, LaneReader.Reading.ONE_PASS);
                assertThat(frames.tokens().encode(frame, division, LaneReader.Reading.STEPPED))
                        .as("overlap %d", overlap)
                        .isEqualTo(tokens);
                byte[] mixed = frames.mixed()
                        .read(frame, division, LaneReader.Reading.ONE_PASS)
                        .call();
                assertThat(frames.mixed()
                                .read(frame, division, LaneReader.Reading.STEPPED)
                                .call())
                        .as("overlap %d, mixed", overlap)
                        .isEqualTo(mixed);
                FramePlace place = new FramePlace("test", 0, 0);
                FrameDecoder decoder = new FrameDecoder(
                        Optional.of(frames), new ReferenceMixing(), MixingMemory.BITS, new FrameWorkers(1), scope);
                AtomicInteger decoded = new AtomicInteger();
                decoder.decode(
                        List.of(
                                        FrameTask.of(FrameMethod.TOKENS, tokens, 11, frame.length, place),
                                        FrameTask.of(FrameMethod.MIXED, mixed, 11, frame.length, place))
                                .iterator(),
                        task -> task,
                        (task, restored) -> {
                            assertThat(restored).isEqualTo(frame);
                            decoded.incrementAndGet();
                        });
                assertThat(decoded).hasValue(2);
            }
        }
    }

    @Test
    void anyRangeIsPartOfTheWhole() {
        byte[] original =
                concatenated(likely(3000, 14), new byte[259_000], TestTexts.random(20_000, 14), likely(5000, 15));
        byte[] archive =
                Archives.compress(tiny, original, Archives.options(32, 64).withoutVerification());
        Random random = new Random(5);
        for (int i = 0; i < 4; i++) {
            int first = random.nextInt(original.length);
            int last = first + random.nextInt(Math.min(30_000, original.length - first));
            assertThat(Archives.range(tiny, archive, first, last))
                    .as("range %d-%d", first, last)
                    .isEqualTo(Arrays.copyOfRange(original, first, last + 1));
        }
        byte[] small = Archives.compress(tiny, Arrays.copyOf(original, 900), Archives.options(0, 64));
        assertThat(Archives.range(tiny, small, 899, 899)).isEqualTo(Arrays.copyOfRange(original, 899, 900));
        assertThatThrownBy(() -> Archives.range(tiny, small, 5, 900)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void missingModelIsNamedBeforeAnythingIsDecoded() {
        OnePredictor named = new OnePredictor(tiny.predictor(), false);
        OnePredictor other = new OnePredictor(
                engine.load(TinyModels.exact(new ModelShape(16, 1, 1, 1, 16, 20, 16, 1e-6), false, 9)), false);
        for (int length : new int[] {500, 9000}) {
            byte[] archive = Archives.compress(named, likely(length, 15), Archives.options(0, 64));
            assertThat(Archives.restore(named, archive)).isEqualTo(likely(length, 15));
            assertThatThrownBy(() -> Archives.restore(other, archive)).isInstanceOf(ModelMismatchException.class);
        }
    }

    @Test
    void driftOfThePredictorIsCaughtBeforeTheArchiveIsHandedOn() {
        OnePredictor drifting = new OnePredictor(new DriftingPredictor(tiny.predictor(), 700), true);
        assertThatThrownBy(() -> Archives.compress(drifting, likely(9000, 16), Archives.options(0, 64)))
                .isInstanceOfAny(IllegalStateException.class, io.codelength.container.CorruptContainerException.class);
    }

    @Test
    void aMissingModelIsNoticedBeforeAnythingIsHandedOut() {
        byte[] text = likely(3000, 20);
        byte[] archive = Archives.withStoredInFront(
                TestTexts.random(5000, 20),
                text,
                Archives.compress(new OnePredictor(tiny.predictor(), false), text, Archives.options(2, 8)));
        ExactModel other = TinyModels.exact(new ModelShape(16, 1, 1, 1, 16, 20, 40, 1e-6), false, 2);
        ByteArrayOutputStream restored = new ByteArrayOutputStream();
        try (Predictor predictor = engine.load(other)) {
            assertThatThrownBy(() -> new Decompressor(new OnePredictor(predictor, false), 8)
                            .decompress(
                                    "test.clen",
                                    new ByteArrayInputStream(archive),
                                    restored,
                                    Long.MAX_VALUE,
                                    CallScope.withMemory(Archives.MEMORY),
                                    Progress.NONE))
                    .isInstanceOf(ModelMismatchException.class)
                    .hasMessageStartingWith("test.clen");
        }
        assertThat(restored.size()).isZero();
    }

    @Test
    void outputBeyondTheLimitIsRefused() {
        byte[] archive = Archives.compress(tiny, likely(9000, 17), Archives.options(0, 64));
        assertThatThrownBy(() -> new Decompressor(tiny, 8)
                        .decompress(
                                "test.clen",
                                new ByteArrayInputStream(archive),
                                new ByteArrayOutputStream(),
                                8999,
                                CallScope.withMemory(Archives.MEMORY),
                                Progress.NONE))
                .isInstanceOf(LimitExceededException.class);
    }

    @Test
    void tooLittleMemoryForAllLanesDecodesFewerAtATime() throws Exception {
        byte[] original = likely(9000, 18);
        byte[] archive = Archives.compress(tiny, original, Archives.options(32, 64));
        CallScope nineStreams = CallScope.withMemory(9 * tiny.predictor().streamBytes(64));
        ByteArrayOutputStream restored = new ByteArrayOutputStream();
        new Decompressor(tiny, 64)
                .decompress("test", new ByteArrayInputStream(archive), restored, 1 << 20, nineStreams, Progress.NONE);
        assertThat(restored.toByteArray()).isEqualTo(original);
        assertThat(nineStreams.memory().usedBytes()).isZero();

        CallScope sevenStreams = CallScope.withMemory(7 * tiny.predictor().streamBytes(64));
        assertThatThrownBy(() -> new Decompressor(tiny, 64)
                        .decompress(
                                "test",
                                new ByteArrayInputStream(archive),
                                restored,
                                1 << 20,
                                sevenStreams,
                                Progress.NONE))
                .isInstanceOf(LimitExceededException.class);
        assertThat(sevenStreams.memory().usedBytes()).isZero();
    }

    @Test
    void tooLittleMemoryForAllWindowsReadsFewerAtATime() throws Exception {
        byte[] original = likely(9000, 20);
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        CallScope twoStreams = CallScope.withMemory(2 * tiny.predictor().streamBytes(64));
        new Compressor(tiny)
                .compress(
                        new ByteArrayInputStream(original),
                        archive,
                        Optional.of(tiny.predictor()),
                        Archives.options(1, 64).withoutVerification(),
                        twoStreams,
                        Progress.NONE);
        assertThat(archive.toByteArray()).isEqualTo(Archives.compress(tiny, original, Archives.options(1, 64)));
        assertThat(twoStreams.memory().usedBytes()).isZero();
    }

    @Test
    void cancelledWorkStopsAndGivesItsMemoryBack() {
        CallScope scope = CallScope.withMemory(Archives.MEMORY);
        AtomicInteger steps = new AtomicInteger();
        OnePredictor cancelling = new OnePredictor(
                new ObservedPredictor(tiny.predictor(), () -> {
                    if (steps.incrementAndGet() == 100) {
                        scope.cancellation().cancel("enough");
                    }
                }),
                true);
        assertThatThrownBy(() -> new Compressor(cancelling)
                        .compress(
                                new ByteArrayInputStream(likely(9000, 19)),
                                new ByteArrayOutputStream(),
                                Optional.of(cancelling.predictor()),
                                Archives.options(0, 64),
                                scope,
                                Progress.NONE))
                .isInstanceOf(CancelledException.class);
        assertThat(steps).as("stopped within a step").hasValue(100);
        assertThat(scope.memory().usedBytes()).isZero();
    }
}
