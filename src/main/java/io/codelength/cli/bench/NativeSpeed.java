package io.codelength.cli.bench;

import java.util.List;

/** What native kernels reach on one thread of this machine; see {@code kernels/codelength_kernels.h}. */
public interface NativeSpeed {
    /** Code paths that this processor can run, best first. */
    List<String> paths();

    /** Operations a second that a path's dot-product instruction makes in registers. */
    double peakOperations(String path);

    /**
     * Operations a second of a product.
     *
     * @param bits of an input, 8 or 15
     * @param inputs vectors that are multiplied together, 1 to 64
     */
    double productOperations(String path, int rows, int columns, int bits, int inputs);

    /** Bytes a second that one thread reads from memory. */
    double memoryBytes();
}
