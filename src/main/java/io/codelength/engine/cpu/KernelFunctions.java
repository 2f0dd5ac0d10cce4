package io.codelength.engine.cpu;

import com.sun.jna.Library;
import com.sun.jna.Pointer;
import org.jspecify.annotations.Nullable;

/** What {@code kernels/codelength_kernels.h} declares, in whichever library: for processors, or for CUDA devices. */
interface KernelFunctions extends Library {
    int cl_abi();

    String cl_paths();

    @Nullable
    Pointer cl_model_create(
            String path,
            int threads,
            int[] shape,
            double normEpsilon,
            float scoreScale,
            int[] exp2,
            float[] cosines,
            float[] sines);

    int cl_model_matrix(
            Pointer model, int kind, int layer, int rows, int columns, byte[] values, float[] scales, int bits);

    /** For processors only. */
    @Nullable
    Pointer cl_model_share(Pointer model, int threads);

    void cl_model_free(Pointer model);

    long cl_stream_bytes(Pointer model, int window);

    @Nullable
    Pointer cl_stream_open(Pointer model, int window);

    void cl_stream_close(Pointer stream);

    int cl_read(Pointer model, int rows, long[] streams, int[] positions, int[] symbols, byte[] wanted);

    Pointer cl_exponentials(Pointer model);

    int cl_exponential_stride(Pointer model);

    Pointer cl_sums(Pointer model);

    int cl_blocks(Pointer model);

    int cl_symbols(Pointer model, int symbols, int[] firstRow, int[] rowless);

    Pointer cl_coding_of(Pointer model);

    int cl_read_coded(Pointer model, int rows, long[] streams, int[] positions, int[] symbols, byte[] wanted);

    int cl_encode(
            int sequences,
            int[] ends,
            long[] below,
            long[] frequency,
            long[] total,
            byte[] payload,
            long capacity,
            long[] payloadEnds);
}
