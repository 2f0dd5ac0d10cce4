package io.codelength.engine.cpu;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The functions of {@code kernels/codelength_kernels.h}, bound once a process. Callers check sizes; the library checks them
 * once more and answers with a code.
 */
final class Kernels implements KernelFunctions {
    /** The number of the interface that this class was written for. */
    private static final int ABI = 5;

    /** Rows of one call at most. */
    static final int ROWS_MAX = 64;

    /** {@code CL_NO_MEMORY}. */
    static final int NO_MEMORY = 2;

    /** Rows of the head in one block of sums. */
    static final int BLOCK = 128;

    private static final Object LOCK = new Object();
    private static @Nullable Kernels loaded;

    private Kernels() {}

    /**
     * Loads the library, the first time.
     *
     * @throws CpuUnavailableException if there is none for this machine or it cannot be loaded
     */
    static Kernels get() {
        synchronized (LOCK) {
            if (loaded == null) {
                loaded = load(LibraryFile.unpack());
            }
            return loaded;
        }
    }

    private static Kernels load(Path file) {
        try {
            Native.register(Kernels.class, LibraryFile.open(file));
            Kernels kernels = new Kernels();
            requireInterface(kernels, file);
            return kernels;
        } catch (LinkageError e) {
            throw new CpuUnavailableException("the native kernels in %s cannot be loaded".formatted(file), e);
        }
    }

    static void requireInterface(KernelFunctions kernels, Path file) {
        int found = kernels.cl_abi();
        if (found != ABI) {
            throw new CpuUnavailableException(
                    "the native kernels in %s have interface %d, expected %d; build the project again"
                            .formatted(file, found, ABI));
        }
    }

    /** The code paths that this processor can run, best first. */
    List<String> paths() {
        return List.of(cl_paths().split(","));
    }

    // What follows is bound by name.

    @Override
    public native int cl_abi();

    @Override
    public native String cl_paths();

    @Override
    public native @Nullable Pointer cl_model_create(
            String path,
            int threads,
            int[] shape,
            double normEpsilon,
            float scoreScale,
            int[] exp2,
            float[] cosines,
            float[] sines);

    @Override
    public native int cl_model_matrix(
            Pointer model, int kind, int layer, int rows, int columns, byte[] values, float[] scales, int bits);

    @Override
    public native @Nullable Pointer cl_model_share(Pointer model, int threads);

    @Override
    public native void cl_model_free(Pointer model);

    @Override
    public native long cl_stream_bytes(Pointer model, int window);

    @Override
    public native @Nullable Pointer cl_stream_open(Pointer model, int window);

    @Override
    public native void cl_stream_close(Pointer stream);

    @Override
    public native int cl_read(Pointer model, int rows, long[] streams, int[] positions, int[] symbols, byte[] wanted);

    @Override
    public native Pointer cl_exponentials(Pointer model);

    @Override
    public native int cl_exponential_stride(Pointer model);

    @Override
    public native Pointer cl_sums(Pointer model);

    @Override
    public native int cl_blocks(Pointer model);

    @Override
    public native int cl_symbols(Pointer model, int symbols, int[] firstRow, int[] rowless);

    @Override
    public native Pointer cl_coding_of(Pointer model);

    @Override
    public native int cl_read_coded(
            Pointer model, int rows, long[] streams, int[] positions, int[] symbols, byte[] wanted);

    @Override
    public native int cl_encode(
            int sequences,
            int[] ends,
            long[] below,
            long[] frequency,
            long[] total,
            byte[] payload,
            long capacity,
            long[] payloadEnds);

    native long cl_shared_cache_bytes();

    native double cl_speed_peak(String path);

    native double cl_speed_product(String path, int rows, int columns, int bits, int inputs);

    native double cl_speed_memory();
}
