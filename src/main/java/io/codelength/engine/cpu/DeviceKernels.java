package io.codelength.engine.cpu;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import io.codelength.model.ExactModel;
import io.codelength.predict.Predictor;
import java.nio.file.Path;

/** The kernels of {@code kernels/cuda}, which have the interface of the processor's. */
public final class DeviceKernels {
    private static final String DRIVER = "libcuda.so.1";

    private final KernelFunctions functions;

    private DeviceKernels(KernelFunctions functions) {
        this.functions = functions;
    }

    /**
     * Loads the library that the jar holds.
     *
     * @throws CpuUnavailableException if there is no driver, no device, or no library in this build
     */
    public static DeviceKernels load() {
        requireDriver(DRIVER);
        return load(LibraryFile.unpack("libcodelength_cuda.so", "CUDA kernels", "nvcc"));
    }

    /** @throws CpuUnavailableException if the driver's library cannot be loaded */
    static void requireDriver(String library) {
        try {
            NativeLibrary.getInstance(library);
        } catch (UnsatisfiedLinkError e) {
            throw new CpuUnavailableException(
                    "engine 'cuda' needs NVIDIA's driver, and %s cannot be loaded here; install the driver, or choose cpu, pytorch or reference"
                            .formatted(library),
                    e);
        }
    }

    /** Whether NVIDIA's driver is installed here; a device may still be missing. */
    public static boolean driverIsThere() {
        try {
            requireDriver(DRIVER);
            return true;
        } catch (CpuUnavailableException e) {
            return false;
        }
    }

    static DeviceKernels load(Path file) {
        KernelFunctions functions;
        try {
            functions = Native.load(file.toString(), KernelFunctions.class, LibraryFile.OPEN_OPTIONS);
        } catch (UnsatisfiedLinkError e) {
            throw new CpuUnavailableException("the CUDA kernels in %s cannot be loaded".formatted(file), e);
        }
        Kernels.requireInterface(functions, file);
        if (functions.cl_paths().isEmpty()) {
            throw new CpuUnavailableException(
                    "engine 'cuda' found a driver but no device that answers; choose cpu, pytorch or reference");
        }
        return new DeviceKernels(functions);
    }

    /**
     * The model on the device; the caller has checked that it keeps the profile's limits.
     *
     * @throws CpuUnavailableException if the device has no memory for it
     */
    public Predictor predictor(ExactModel model) {
        try {
            return new CpuPredictor(functions, model, functions.cl_paths(), 1, 0);
        } catch (OutOfMemoryError e) {
            throw new CpuUnavailableException(
                    "the CUDA device has no memory for model %s; choose cpu, pytorch or reference"
                            .formatted(model.name()),
                    e);
        }
    }
}
