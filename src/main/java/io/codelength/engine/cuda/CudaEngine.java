package io.codelength.engine.cuda;

import io.codelength.engine.cpu.DeviceKernels;
import io.codelength.model.ExactModel;
import io.codelength.predict.Engine;
import io.codelength.predict.EngineVectors;
import io.codelength.predict.Predictor;

/** The first CUDA device, used only where it gives the start-up vectors' bits. */
public final class CudaEngine implements Engine {
    private final DeviceKernels kernels;

    /** @throws io.codelength.engine.cpu.CpuUnavailableException if there is no driver, device or library here */
    public CudaEngine() {
        this.kernels = DeviceKernels.load();
    }

    @Override
    public String name() {
        return "cuda";
    }

    @Override
    public String description() {
        return "CUDA kernels";
    }

    @Override
    public Predictor load(ExactModel model) {
        EngineVectors.requireLimits(model);
        Predictor predictor = kernels.predictor(model);
        try {
            EngineVectors.check(name(), predictor, kernels::predictor);
        } catch (RuntimeException e) {
            predictor.close();
            throw e;
        }
        return predictor;
    }

    @Override
    public void close() {
        // Predictors own the device's memory.
    }
}
