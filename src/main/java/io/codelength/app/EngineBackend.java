package io.codelength.app;

import io.codelength.cli.Backend;
import io.codelength.cli.bench.NativeSpeed;
import io.codelength.codec.EngineChoice;
import io.codelength.engine.cpu.CpuUnavailableException;
import io.codelength.engine.cpu.KernelSpeed;
import io.codelength.engine.pytorch.FloatScorer;
import io.codelength.engine.pytorch.PyTorchOptions;
import io.codelength.model.SourceModel;
import io.codelength.model.store.KnownModels;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Gives the command line the engines there are. */
public final class EngineBackend implements Backend {
    @Override
    public Predictors predictors(EngineChoice engine, KnownModels models, Consumer<String> notes) {
        return new EnginePredictors(engine, models, notes);
    }

    @Override
    public Optional<NativeSpeed> nativeSpeed() {
        try {
            return Optional.of(new OfKernels(new KernelSpeed()));
        } catch (CpuUnavailableException e) {
            return Optional.empty();
        }
    }

    private record OfKernels(KernelSpeed kernels) implements NativeSpeed {
        @Override
        public List<String> paths() {
            return kernels.paths();
        }

        @Override
        public double peakOperations(String path) {
            return kernels.peakOperations(path);
        }

        @Override
        public double productOperations(String path, int rows, int columns, int bits, int inputs) {
            return kernels.productOperations(path, rows, columns, bits, inputs);
        }

        @Override
        public double memoryBytes() {
            return kernels.memoryBytes();
        }
    }

    @Override
    public <T> T inFloat(SourceModel model, int windowTokens, EngineChoice engine, Scoring<T> scoring)
            throws IOException {
        PyTorchOptions options = ChosenEngine.forFloat(engine);
        try (FloatScorer scorer = new FloatScorer(model, windowTokens, options)) {
            return scoring.apply(scorer);
        }
    }
}
