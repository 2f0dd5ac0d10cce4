package io.codelength.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.engine.cpu.CpuEngine;
import io.codelength.engine.cpu.NativeBuild;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.model.ExactModel;
import io.codelength.model.TinyModels;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Token frames coded in native code are those coded in Java, and a damaged one is refused in the same words. */
class NativeTokenFramesTest {
    private static ReferenceEngine javaEngine;
    private static CpuEngine nativeEngine;
    private static OnePredictor java;
    private static OnePredictor inNativeCode;

    @BeforeAll
    static void load() {
        assumeTrue(NativeBuild.isHere(), "this build has no native kernels");
        ExactModel model = TinyModels.small();
        javaEngine = new ReferenceEngine(1);
        nativeEngine = new CpuEngine(2);
        java = new OnePredictor(javaEngine.load(model), true);
        inNativeCode = new OnePredictor(nativeEngine.load(model), true);
    }

    @AfterAll
    static void close() {
        if (java != null) {
            java.predictor().close();
            inNativeCode.predictor().close();
            javaEngine.close();
            nativeEngine.close();
        }
    }

    @Test
    void archivesAreEqualAndDecodeBothWays() {
        byte[] original = LikelyText.of(java.predictor(), 9_000, 31);
        for (int lanes : new int[] {1, 2, 8, 9, 32}) {
            byte[] archive = Archives.compress(java, original, Archives.options(lanes, 64));
            assertThat(archive.length).as("coded, not stored").isLessThan(original.length);
            for (int batchLanes : new int[] {1, 7, 64}) {
                assertThat(Archives.compress(inNativeCode, original, Archives.options(lanes, batchLanes)))
                        .as("%d lanes, %d at a time", lanes, batchLanes)
                        .isEqualTo(archive);
                assertThat(Archives.restore(inNativeCode, archive, batchLanes))
                        .as("%d lanes, %d at a time", lanes, batchLanes)
                        .isEqualTo(original);
            }
            assertThat(Archives.restore(java, archive)).as("%d lanes", lanes).isEqualTo(original);
        }
    }

    @Test
    void damageIsReportedInTheSameWords() {
        byte[] original = LikelyText.of(java.predictor(), 1_500, 32);
        for (int lanes : new int[] {1, 9}) {
            byte[] archive = Archives.compress(java, original, Archives.options(lanes, 64));
            long seed = Long.getLong("tests.seed", 1);
            Random random = new Random(seed);
            for (int round = 0; round < 200; round++) {
                byte[] damaged = archive.clone();
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
                assertThat(Archives.outcome(inNativeCode, damaged))
                        .as("-Dtests.seed=%d round %d", seed, round)
                        .isEqualTo(Archives.outcome(java, damaged));
            }
        }
    }
}
