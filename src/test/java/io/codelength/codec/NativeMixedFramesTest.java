package io.codelength.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.container.FrameMethod;
import io.codelength.engine.cpu.CpuEngine;
import io.codelength.engine.cpu.NativeBuild;
import io.codelength.engine.cpu.NativeMixing;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.model.ExactModel;
import io.codelength.model.TinyModels;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Mixed frames decoded where the rows lie are those decoded in Java, and a damaged one is refused in the words of native mixing
 * that is asked for one decision after another.
 */
class NativeMixedFramesTest {
    private static ReferenceEngine javaEngine;
    private static CpuEngine nativeEngine;
    private static PredictorSource java;
    private static PredictorSource decisionByDecision;
    private static PredictorSource inNativeCode;

    @BeforeAll
    static void load() {
        assumeTrue(NativeBuild.isHere(), "this build has no native kernels");
        ExactModel model = TinyModels.small();
        javaEngine = new ReferenceEngine(1);
        nativeEngine = new CpuEngine(2);
        OnePredictor rowsInJava = new OnePredictor(javaEngine.load(model), true);
        java = rowsInJava;
        decisionByDecision = new LoadedModel(rowsInJava, new NativeMixing());
        inNativeCode = new LoadedModel(new OnePredictor(nativeEngine.load(model), true), new NativeMixing());
    }

    @AfterAll
    static void close() {
        if (java != null) {
            java.named("").close();
            inNativeCode.named("").close();
            javaEngine.close();
            nativeEngine.close();
        }
    }

    private static CompressionOptions options(int lanes, int batchLanes) {
        return new CompressionOptions(Tier.STANDARD, OptionalInt.of(lanes), true, batchLanes);
    }

    @Test
    void archivesAreEqualAndDecodeBothWays() {
        byte[] original = LikelyText.varied(java.named(""), 4_000, 41);
        for (int lanes : new int[] {1, 2, 9, 32}) {
            byte[] archive = Archives.compress(java, original, options(lanes, 64));
            assertThat(Archives.method(archive)).isEqualTo(FrameMethod.MIXED);
            for (int batchLanes : new int[] {1, 7, 64}) {
                assertThat(Archives.compress(inNativeCode, original, options(lanes, batchLanes)))
                        .as("%d lanes, %d at a time", lanes, batchLanes)
                        .isEqualTo(archive);
                assertThat(Archives.restore(inNativeCode, archive, batchLanes))
                        .as("%d lanes, %d at a time", lanes, batchLanes)
                        .isEqualTo(original);
            }
        }
    }

    @Test
    void damageIsReportedInTheSameWords() {
        byte[] original = LikelyText.varied(java.named(""), 600, 42);
        for (int lanes : new int[] {1, 3}) {
            byte[] archive = Archives.compress(java, original, options(lanes, 64));
            assertThat(Archives.method(archive)).isEqualTo(FrameMethod.MIXED);
            long seed = Long.getLong("tests.seed", 1);
            Random random = new Random(seed);
            for (int round = 0; round < 60; round++) {
                byte[] damaged = archive.clone();
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                assertThat(Archives.outcome(inNativeCode, damaged))
                        .as("-Dtests.seed=%d round %d", seed, round)
                        .isEqualTo(Archives.outcome(decisionByDecision, damaged));
            }
        }
    }
}
