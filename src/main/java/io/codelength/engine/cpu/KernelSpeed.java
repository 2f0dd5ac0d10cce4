package io.codelength.engine.cpu;

import java.util.List;

/** What the native kernels reach on the calling thread; each measurement takes some tenths of a second. */
public final class KernelSpeed {
    private final Kernels kernels = Kernels.get();

    /** @throws CpuUnavailableException if there are no kernels for this machine */
    public KernelSpeed() {}

    /** The code paths that this processor can run, best first. */
    public List<String> paths() {
        return kernels.paths();
    }

    /** Operations a second that a path's dot-product instruction makes in registers, where nothing is loaded. */
    public double peakOperations(String path) {
        return measured(kernels.cl_speed_peak(path), path);
    }

    /**
     * Operations a second of a product: a multiplication and an addition are two, and 15-bit inputs may be two limbs.
     *
     * @param bits of an input, 8 or 15
     * @param inputs vectors that are multiplied together, 1 to 64
     */
    public double productOperations(String path, int rows, int columns, int bits, int inputs) {
        return measured(kernels.cl_speed_product(path, rows, columns, bits, inputs), path);
    }

    /** Bytes a second that one thread reads from memory. */
    public double memoryBytes() {
        return measured(kernels.cl_speed_memory(), "memory");
    }

    private static double measured(double value, String what) {
        if (value <= 0) {
            throw new IllegalArgumentException(
                    "'%s' cannot be measured here: no such code path, a size out of range, or memory is short"
                            .formatted(what));
        }
        return value;
    }
}
