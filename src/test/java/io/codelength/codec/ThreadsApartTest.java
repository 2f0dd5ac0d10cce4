package io.codelength.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.container.FrameMethod;
import io.codelength.engine.cpu.CpuEngine;
import io.codelength.engine.cpu.NativeBuild;
import io.codelength.engine.cpu.NativeMixing;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.limit.CallScope;
import io.codelength.limit.Cancellation;
import io.codelength.limit.CancelledException;
import io.codelength.limit.LimitExceededException;
import io.codelength.limit.MemoryBudget;
import io.codelength.mix.ReferenceMixing;
import io.codelength.model.ExactModel;
import io.codelength.model.TinyModels;
import io.codelength.predict.Predictor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Threads that work apart from each other write what one thread does; with lanes of one frame taking turns they restore it, find the same
 * damage, and end whatever happens to one of them.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class ThreadsApartTest {
    /** A native engine with the number of threads, and the model in it. */
    private record Threads(int count, CpuEngine engine, PredictorSource source) {
        @Override
        public String toString() {
            return count + " threads";
        }
    }

    private static final List<Threads> ALL = new ArrayList<>();
    private static ReferenceEngine javaEngine;
    private static OnePredictor java;

    @BeforeAll
    static void load() {
        assumeTrue(NativeBuild.isHere(), "this build has no native kernels");
        ExactModel model = TinyModels.small();
        javaEngine = new ReferenceEngine(1);
        java = new OnePredictor(javaEngine.load(model), true);
        for (int count : new int[] {2, 3, 5}) {
            CpuEngine engine = new CpuEngine(count);
            OnePredictor loaded = new OnePredictor(engine.load(model), true);
            assertThat(loaded.predictor().threadsApart()).isEqualTo(count);
            ALL.add(new Threads(
                    count, engine, new LoadedModel(loaded, count == 3 ? new ReferenceMixing() : new NativeMixing())));
        }
    }

    @AfterAll
    static void close() {
        for (Threads threads : ALL) {
            threads.source.named("").close();
            threads.engine.close();
        }
        if (java != null) {
            java.predictor().close();
            javaEngine.close();
        }
    }

    private static CompressionOptions options(Tier tier, int lanes) {
        return new CompressionOptions(tier, lanes == 0 ? OptionalInt.empty() : OptionalInt.of(lanes), false, 64);
    }

    @Test
    void anyLanesComeBackOnAnyThreads() {
        for (Tier tier : List.of(Tier.MODEL, Tier.STANDARD, Tier.MAX)) {
            for (int lanes : new int[] {1, 2, 3, 9, 16, 17, 32}) {
                Coded coded = modelled(tier, 700 * (1 + lanes % 5), lanes);
                for (Threads threads : ALL) {
                    for (int batchLanes : new int[] {1, 7, 64}) {
                        assertThat(Archives.restore(threads.source, coded.archive, batchLanes))
                                .as("%s, %d lanes, %d at a time, %s", tier, lanes, batchLanes, threads)
                                .isEqualTo(coded.original);
                    }
                }
            }
        }
    }

    private record Coded(byte[] original, byte[] archive) {}

    /** An archive that the model is needed for: texts are tried until contexts alone are not the shortest. */
    private static Coded modelled(Tier tier, int bytes, int lanes) {
        FrameMethod wanted = tier == Tier.MODEL ? FrameMethod.TOKENS : FrameMethod.MIXED;
        for (int seed = 0; seed < 100; seed++) {
            byte[] original = LikelyText.varied(java.predictor(), bytes, seed);
            byte[] archive = Archives.compress(java, original, options(tier, lanes));
            if (Archives.method(archive) == wanted) {
                return new Coded(original, archive);
            }
        }
        throw new AssertionError("no text of %d bytes and %d lanes is coded as %s".formatted(bytes, lanes, wanted));
    }

    /** Frames of all methods, of any number of lanes, in any order. */
    @Test
    void manyFramesComeBackInTheirOrder() {
        Random random = new Random(5);
        for (int round = 0; round < 2; round++) {
            List<byte[]> archives = new ArrayList<>();
            ByteArrayOutputStream original = new ByteArrayOutputStream();
            for (int frame = 0; frame < 24; frame++) {
                int lanes = 2 + random.nextInt(31);
                int bytes = 2500 + random.nextInt(1500);
                // The first one's header names a model and mixing, which suits all.
                Coded coded = switch (frame == 0 ? 0 : random.nextInt(6)) {
                    case 0, 1 -> modelled(Tier.STANDARD, bytes, lanes);
                    case 2, 3 -> modelled(Tier.MODEL, bytes, lanes);
                    default -> {
                        byte[] text = TestTexts.words(bytes, frame);
                        yield new Coded(text, Archives.compress(java, text, options(Tier.FAST, 2)));
                    }
                };
                archives.add(coded.archive);
                original.writeBytes(coded.original);
            }
            byte[] archive = Archives.joined(archives, original.toByteArray());
            for (Threads threads : ALL) {
                for (int batchLanes : new int[] {1, 20, 64}) {
                    assertThat(Archives.restore(threads.source, archive, batchLanes))
                            .as("round %d, %d at a time, %s", round, batchLanes, threads)
                            .isEqualTo(original.toByteArray());
                }
            }
        }
    }

    /** Frames read by a thread each, with memory for that or for one stream alone. */
    @Test
    void manyFramesAreWrittenAlike() throws IOException {
        byte[] original = repeated((1 << 20) + 3000);
        PredictorSource two = ALL.get(0).source;
        try (CpuEngine oneThread = new CpuEngine(1);
                Predictor alone = oneThread.load(java.predictor().model())) {
            PredictorSource one = new LoadedModel(new OnePredictor(alone, true), new NativeMixing());
            for (Tier tier : List.of(Tier.MODEL, Tier.STANDARD)) {
                byte[] expected = Archives.compress(one, original, options(tier, 0));
                for (long memory : new long[] {alone.streamBytes(64), Archives.MEMORY}) {
                    long mixing = two.mixing().frameBytes(1 << 20, MixingMemory.BITS);
                    ByteArrayOutputStream archive = new ByteArrayOutputStream();
                    new Compressor(two)
                            .compress(
                                    new ByteArrayInputStream(original),
                                    archive,
                                    Optional.of(two.named("")),
                                    options(tier, 0),
                                    CallScope.withMemory(memory + (tier == Tier.MODEL ? 0 : 4 * mixing)),
                                    Progress.NONE);
                    assertThat(archive.toByteArray())
                            .as("%s, memory for %d bytes of streams", tier, memory)
                            .isEqualTo(expected);
                }
                assertThat(Archives.restore(two, expected)).isEqualTo(original);
            }
        }
    }

    private static byte[] repeated(int bytes) {
        byte[] some = LikelyText.varied(java.predictor(), 6 << 10, 3);
        byte[] text = new byte[bytes];
        for (int at = 0; at < bytes; at += some.length) {
            System.arraycopy(some, 0, text, at, Math.min(some.length, bytes - at));
        }
        return text;
    }

    @Test
    void damageIsFoundInTheSamePlace() {
        for (Tier tier : List.of(Tier.MODEL, Tier.STANDARD)) {
            Coded coded = modelled(tier, 3000, tier == Tier.MODEL ? 17 : 6);
            long seed = Long.getLong("tests.seed", 1);
            Random random = new Random(seed);
            for (int round = 0; round < 40; round++) {
                byte[] damaged = coded.archive.clone();
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                String expected = place(Archives.outcome(java, damaged));
                for (Threads threads : ALL) {
                    assertThat(place(Archives.outcome(threads.source, damaged)))
                            .as("%s, -Dtests.seed=%d round %d, %s", tier, seed, round, threads)
                            .isEqualTo(expected);
                }
            }
        }
    }

    /** Of several lanes that one flipped bit has spoilt, the first that notices says what is wrong. */
    private static String place(String outcome) {
        int end = outcome.indexOf("): ");
        return end < 0 ? outcome : outcome.substring(0, end);
    }

    /** From no memory at all to plenty: either the text or the limit, and everything is given back. */
    @Test
    void anyMemoryEndsInTheTextOrTheLimit() throws IOException {
        for (Tier tier : List.of(Tier.MODEL, Tier.STANDARD)) {
            Coded coded = modelled(tier, 3000, 20);
            int restored = 0;
            int refused = 0;
            for (Threads threads : ALL) {
                long stream = threads.source.named("").streamBytes(64);
                long mixing = threads.source.mixing().frameBytes(coded.original.length, MixingMemory.BITS);
                for (int streams = 0; streams < 120; streams += 3) {
                    long bytes = streams * stream + (tier == Tier.MODEL || streams == 0 ? 0 : mixing);
                    MemoryBudget memory = new MemoryBudget(bytes);
                    ByteArrayOutputStream target = new ByteArrayOutputStream();
                    try {
                        decompress(threads.source, coded.archive, target, new CallScope(new Cancellation(), memory));
                        assertThat(target.toByteArray()).isEqualTo(coded.original);
                        restored++;
                    } catch (LimitExceededException e) {
                        assertThat(e).hasMessageContaining("memory");
                        refused++;
                    }
                    memory.reserve(bytes, "all of it").close();
                }
            }
            assertThat(restored).as("%s", tier).isPositive();
            assertThat(refused).as("%s", tier).isPositive();
        }
    }

    private static void decompress(PredictorSource source, byte[] archive, CallScope scope) throws IOException {
        decompress(source, archive, new ByteArrayOutputStream(), scope);
    }

    private static void decompress(
            PredictorSource source, byte[] archive, ByteArrayOutputStream target, CallScope scope) throws IOException {
        new Decompressor(source, 64)
                .decompress(
                        "test.clen", new ByteArrayInputStream(archive), target, Long.MAX_VALUE, scope, Progress.NONE);
    }

    @Test
    void whoIsCancelledOrFailsGivesEverythingBack() {
        for (Tier tier : List.of(Tier.MODEL, Tier.STANDARD)) {
            Coded coded = modelled(tier, 5_000, 20);
            for (Threads threads : ALL) {
                for (int steps : new int[] {1, 2, 9, 40}) {
                    CallScope cancelled = CallScope.withMemory(Archives.MEMORY);
                    Runnable cancel = () -> cancelled.cancellation().cancel("the test");
                    assertThatThrownBy(() -> decompress(interrupted(threads, steps, cancel), coded.archive, cancelled))
                            .as("%s, %s, cancelled in step %d", tier, threads, steps)
                            .isInstanceOf(CancelledException.class);
                    cancelled.memory().reserve(Archives.MEMORY, "all of it").close();

                    CallScope failed = CallScope.withMemory(Archives.MEMORY);
                    Runnable fail = () -> {
                        throw new ArithmeticException("the test");
                    };
                    assertThatThrownBy(() -> decompress(interrupted(threads, steps, fail), coded.archive, failed))
                            .as("%s, %s, failed in step %d", tier, threads, steps)
                            .isInstanceOf(ArithmeticException.class);
                    failed.memory().reserve(Archives.MEMORY, "all of it").close();
                }
            }
        }
    }

    private static PredictorSource interrupted(Threads threads, int steps, Runnable action) {
        AtomicInteger done = new AtomicInteger();
        Predictor observed = new ObservedPredictor(threads.source.named(""), () -> {
            if (done.incrementAndGet() == steps) {
                action.run();
            }
        });
        return new LoadedModel(new OnePredictor(observed, true), threads.source.mixing());
    }
}
