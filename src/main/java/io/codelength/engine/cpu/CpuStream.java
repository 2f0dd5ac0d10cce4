package io.codelength.engine.cpu;

import com.sun.jna.Pointer;
import io.codelength.limit.CallScope;
import io.codelength.predict.BudgetedStream;
import org.jspecify.annotations.Nullable;

/** A stream whose key-value cache lies in native memory. */
final class CpuStream extends BudgetedStream {
    private final KernelFunctions kernels;
    private @Nullable Pointer memory;

    CpuStream(CpuPredictor owner, KernelFunctions kernels, Pointer model, int windowTokens, CallScope scope) {
        super(owner, windowTokens, scope);
        this.kernels = kernels;
        memory = kernels.cl_stream_open(model, windowTokens);
        if (memory == null) {
            close();
            throw new OutOfMemoryError(
                    "no native memory for a key-value cache of %d positions".formatted(windowTokens));
        }
    }

    /** Where it lies; only for streams that are open. */
    long address() {
        if (memory == null) {
            throw new IllegalStateException("the stream is closed");
        }
        return Pointer.nativeValue(memory);
    }

    @Override
    protected void release() {
        if (memory != null) {
            kernels.cl_stream_close(memory);
            memory = null;
        }
    }
}
