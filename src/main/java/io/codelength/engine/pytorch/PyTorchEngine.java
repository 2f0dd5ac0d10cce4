package io.codelength.engine.pytorch;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDManager;
import io.codelength.engine.pytorch.PyTorchOptions.DeviceChoice;
import io.codelength.model.ExactModel;
import io.codelength.predict.Engine;
import io.codelength.predict.EngineMismatchException;
import io.codelength.predict.EngineVectors;
import io.codelength.predict.Predictor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * Numeric profile 1 through PyTorch. Making one loads the native library (half a second; the first time ever, some seconds
 * more to unpack it) and holds its operations against Java's.
 */
public final class PyTorchEngine implements Engine {
    private final PyTorchRuntime runtime;
    private final int threads;
    private final UnaryOperator<Predictor> disturbance;
    /** What may be tried, best first; a device that fails is not tried again. */
    private final List<Device> devices = new ArrayList<>();

    /**
     * @throws PyTorchUnavailableException if PyTorch, or the device asked for, cannot be used here
     * @throws EngineMismatchException if PyTorch does not compute as IEEE-754 says
     */
    public PyTorchEngine(PyTorchOptions options) {
        this(options, UnaryOperator.identity());
    }

    /** @param disturbance put around every predictor before it is checked, for tests */
    PyTorchEngine(PyTorchOptions options, UnaryOperator<Predictor> disturbance) {
        this.runtime = PyTorchRuntime.get();
        this.threads = runtime.threadsFor(options.threads());
        this.disturbance = disturbance;
        if (options.device() == DeviceChoice.CUDA && !runtime.hasCuda()) {
            throw new PyTorchUnavailableException(
                    "PyTorch %s sees no CUDA device here. Its CPU library is the one that comes with Codelength; ask for the CPU, or put a CUDA build of libtorch where PYTORCH_LIBRARY_PATH points."
                            .formatted(runtime.version()));
        }
        if (options.device() != DeviceChoice.CPU && runtime.hasCuda()) {
            devices.add(Device.gpu());
        }
        if (options.device() != DeviceChoice.CUDA) {
            devices.add(Device.cpu());
        }
        bestDevice(this::checkOperations);
    }

    @Override
    public String name() {
        return "pytorch";
    }

    @Override
    public synchronized String description() {
        Device device = devices.get(0);
        return device.isGpu()
                ? "PyTorch %s on CUDA".formatted(runtime.version())
                : "PyTorch %s on the CPU, %d thread%s".formatted(runtime.version(), threads, threads == 1 ? "" : "s");
    }

    @Override
    public Predictor load(ExactModel model) {
        EngineVectors.requireLimits(model);
        return bestDevice(device -> load(model, device));
    }

    private Predictor load(ExactModel model, Device device) {
        Predictor predictor = unchecked(model, device);
        try {
            EngineVectors.check(name(), predictor, synthetic -> unchecked(synthetic, device));
            return predictor;
        } catch (RuntimeException | Error failure) {
            predictor.close();
            throw failure;
        }
    }

    private Predictor unchecked(ExactModel model, Device device) {
        return disturbance.apply(new PyTorchPredictor(runtime, device, threads, model));
    }

    private boolean checkOperations(Device device) {
        return runtime.call(threads, () -> {
            try (PtNDManager manager = runtime.newManager(device)) {
                OperationCheck.run(manager);
            }
            return true;
        });
    }

    private interface Attempt<T> {
        T on(Device device);
    }

    /** CUDA may be there and fail, or differ; the CPU after it gives the same bits, only later. */
    private synchronized <T> T bestDevice(Attempt<T> attempt) {
        while (devices.size() > 1) {
            try {
                return attempt.on(devices.get(0));
            } catch (RuntimeException failure) {
                System.getLogger(PyTorchEngine.class.getName())
                        .log(System.Logger.Level.WARNING, "CUDA is not used: " + failure.getMessage());
                devices.remove(0);
            }
        }
        return attempt.on(devices.get(0));
    }

    @Override
    public void close() {
        // PyTorch stays loaded as long as the process lives; predictors free their own tensors.
    }
}
