package io.codelength.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.exact.ActivationWidth;
import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import io.codelength.predict.EngineVectors;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RandomExactModels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The CUDA kernels' bodies, compiled for this processor, behind the binding that a device would have. */
class DeviceKernelsTest {
    private static final CallScope SCOPE = CallScope.withMemory(Long.MAX_VALUE);

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
        kernels = DeviceKernels.load(library);
    }

    @Test
    void onePassAndStepsGiveTheReferencesFrequencies() {
        List<ExactModel> models = List.of(
                RandomExactModels.tiny(),
                RandomExactModels.make(
                        new ModelShape(96, 1, 9, 3, 32, 300, 300, 1e-6), 200, 391, ActivationWidth.BITS_15, 4));
        for (ExactModel model : models) {
            int length = Math.min(70, model.shape().contextTokens());
            int[] symbols = new Random(5).ints(length, 0, model.symbolCount()).toArray();
            try (ReferenceEngine engine = new ReferenceEngine(1);
                    Predictor reference = engine.load(model);
                    Predictor device = kernels.predictor(model)) {
                long[] expected = onePass(reference, symbols);
                assertThat(onePass(device, symbols)).isEqualTo(expected);
                try (PredictionStream stream = device.open(length, SCOPE)) {
                    for (int at = 0; at < length; at++) {
                        int position = at;
                        device.step(
                                List.of(stream),
                                new int[] {symbols[at]},
                                (item, index, row) -> assertThat(hash(row)).isEqualTo(expected[position]),
                                SCOPE);
                    }
                }
            }
        }
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

    private static long[] onePass(Predictor predictor, int[] symbols) {
        long[] hashes = new long[symbols.length];
        try (PredictionStream stream = predictor.open(symbols.length, SCOPE)) {
            predictor.prefill(
                    List.of(new Passage(stream, symbols, 0)), (item, index, row) -> hashes[index] = hash(row), SCOPE);
        }
        return hashes;
    }

    private static long hash(FrequencyRow row) {
        long hash = row.total();
        for (int symbol = 0; symbol < row.symbolCount(); symbol++) {
            hash = hash * 0x100000001B3L + row.frequency(symbol);
        }
        return hash;
    }
}
