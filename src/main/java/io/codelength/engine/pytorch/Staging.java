package io.codelength.engine.pytorch;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Carries small arrays from Java to tensors without a new direct buffer each time, which only a garbage collection would
 * free. On a CPU the tensor shares the buffer's memory, so tensors are valid until {@link #reset}.
 */
final class Staging {
    private static final int ALIGNMENT = 64;

    private ByteBuffer memory;

    Staging(int bytes) {
        memory = allocate(bytes);
    }

    /** Makes all memory free again; tensors made before must not be read any more. */
    void reset() {
        memory.clear();
    }

    PtNDArray floats(PtNDManager manager, float[] values, int count, long... shape) {
        ByteBuffer slice = take(4L * count);
        slice.asFloatBuffer().put(values, 0, count);
        return tensor(manager, slice, DataType.FLOAT32, shape);
    }

    PtNDArray longs(PtNDManager manager, long[] values, long... shape) {
        ByteBuffer slice = take(8L * values.length);
        slice.asLongBuffer().put(values);
        return tensor(manager, slice, DataType.INT64, shape);
    }

    PtNDArray bytes(PtNDManager manager, byte[] values, int offset, int count, long... shape) {
        ByteBuffer slice = take(count);
        slice.duplicate().put(values, offset, count);
        return tensor(manager, slice, DataType.INT8, shape);
    }

    private static PtNDArray tensor(PtNDManager manager, ByteBuffer data, DataType type, long[] shape) {
        return JniUtils.createNdFromByteBuffer(
                manager, data, new Shape(shape), type, SparseFormat.DENSE, manager.getDevice());
    }

    private ByteBuffer take(long bytes) {
        int start = memory.position();
        if (bytes > memory.capacity() - start) {
            // The tensors made so far keep the old buffer alive.
            memory = allocate((int) Math.min(Integer.MAX_VALUE - 64L, Math.max(2L * memory.capacity(), 2 * bytes)));
            start = 0;
        }
        ByteBuffer slice = memory.slice(start, (int) bytes).order(ByteOrder.nativeOrder());
        long end = (start + bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        memory.position((int) Math.min(end, memory.capacity()));
        return slice;
    }

    private static ByteBuffer allocate(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
}
