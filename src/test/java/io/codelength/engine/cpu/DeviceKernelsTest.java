package io.codelength.engine.cpu;

import static io.codelength.engine.cpu.BatchLaws.onePass;
import static io.codelength.engine.cpu.BatchLaws.symbols;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.exact.ActivationWidth;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import io.codelength.predict.EngineVectors;
import io.codelength.predict.Predictor;
import io.codelength.predict.RandomExactModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The CUDA kernels' bodies, compiled for this processor, behind the binding that a device would have. The library is linked
 * without {@code -Bsymbolic}, and the processor's, whose functions have the same names, is loaded before it: each must call its
 * own all the same.
 */
class DeviceKernelsTest {
    /** Loaded once and left, as every library is, until the process ends. */
    private static DeviceKernels kernels;

    @BeforeAll
    static void bodiesAreCompiledForThisProcessor(@TempDir Path work) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/g++")), "there is no /usr/bin/g++");
        Path library = work.resolve("libcodelength_cuda_emulated.so");
        Process compiler = new ProcessBuilder(
                        "/usr/bin/g++",
                        "-std=gnu++17",
                        "-O2",
                        "-ffp-contract=off",
                        "-fPIC",
                        "-shared",
                        "-x",
                        "c++",
                        "kernels/cuda/cuda.cu",
                        "-o",
                        library.toString())
                .inheritIO()
                .start();
        assertThat(compiler.waitFor()).isZero();
        if (NativeBuild.isHere()) {
            assertThat(CpuEngine.paths()).isNotEmpty();
        }
        kernels = DeviceKernels.load(library);
    }

    @Test
    void onePassAndStepsGiveTheReferencesFrequencies() {
        List<ExactModel> models = List.of(
                RandomExactModels.tiny(),
                RandomExactModels.make(
                        new ModelShape(96, 1, 9, 3, 32, 300, 300, 1e-6), 200, 391, ActivationWidth.BITS_15, 4));
        for (ExactModel model : models) {
            int[] symbols = symbols(model, Math.min(70, model.shape().contextTokens()), 5);
            try (ReferenceEngine engine = new ReferenceEngine(1);
                    Predictor reference = engine.load(model);
                    Predictor device = kernels.predictor(model)) {
                assertThat(onePass(device, symbols)).isEqualTo(onePass(reference, symbols));
            }
        }
    }

    @Test
    void streamsOfAnyNumberAndAnyLengthsShareCallsWithoutEffect() {
        BatchLaws.streamsOfAnyNumberAndAnyLengthsShareCalls(small(), kernels::predictor);
    }

    @Test
    void everyBatchFrom1To257StepsAlike() {
        BatchLaws.everyBatchFrom1To257StepsAlike(kernels::predictor, 1);
    }

    @Test
    void everyPassageLengthFrom1To257IsReadAlike() {
        BatchLaws.everyPassageLengthFrom1To257IsReadAlike(small(), kernels::predictor);
    }

    @Test
    void bytesSymbolsAndErrorsAreThoseOfJava() {
        for (ExactModel model : CodingLaws.models()) {
            try (ReferenceEngine engine = new ReferenceEngine(1);
                    Predictor rows = engine.load(model);
                    Predictor coding = kernels.predictor(model)) {
                CodingLaws.codesAsRowsInJavaDo(rows, coding, 1);
            }
        }
    }

    /** Few products, since the bodies run one thread of a block after another here. */
    private static ExactModel small() {
        return RandomExactModels.make(new ModelShape(16, 1, 2, 1, 4, 16, 300, 1e-5), 40, 40, ActivationWidth.BITS_8, 3);
    }

    @Test
    void theStartUpVectorsPass() {
        try (Predictor predictor = kernels.predictor(RandomExactModels.tiny())) {
            EngineVectors.check("cuda", predictor, kernels::predictor);
        }
    }

    @Test
    void withoutADriverTheErrorSaysWhatToDo() {
        assertThatThrownBy(() -> DeviceKernels.requireDriver("libno_such_driver.so.1"))
                .isInstanceOf(CpuUnavailableException.class)
                .hasMessageContaining("libno_such_driver.so.1")
                .hasMessageContaining("choose cpu, pytorch or reference");
    }
}
