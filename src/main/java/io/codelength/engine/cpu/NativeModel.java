package io.codelength.engine.cpu;

import com.sun.jna.Pointer;
import io.codelength.exact.Attention;
import io.codelength.exact.Exponentials;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.exact.RotaryTable;
import io.codelength.model.ExactLayer;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import org.jspecify.annotations.Nullable;

/** A model in native memory, made from an exact one that keeps the profile's limits. */
final class NativeModel {
    // The numbers of kernels/codelength_kernels.h.
    private static final int EMBEDDING = 0;
    private static final int QUERY = 1;
    private static final int KEY = 2;
    private static final int VALUE = 3;
    private static final int OUTPUT = 4;
    private static final int GATE = 5;
    private static final int UP = 6;
    private static final int DOWN = 7;
    private static final int HEAD = 8;

    private NativeModel() {}

    static Pointer create(KernelFunctions kernels, ExactModel model, String path, int threads) {
        ModelShape shape = model.shape();
        RotaryTable rotary = new RotaryTable(model.inverseFrequencies(), shape.contextTokens());
        int[] sizes = {
            shape.hidden(),
            shape.layers(),
            shape.heads(),
            shape.keyValueHeads(),
            shape.headDimension(),
            shape.feedForward(),
            shape.contextTokens(),
            model.embedding().rows(),
            model.head().rows()
        };
        @Nullable
        Pointer pointer = kernels.cl_model_create(
                path,
                threads,
                sizes,
                shape.normEpsilon(),
                Attention.scoreScale(shape.headDimension()),
                Exponentials.table(),
                rotary.cosines(),
                rotary.sines());
        if (pointer == null) {
            throw new OutOfMemoryError("no native memory, or no thread, for model %s".formatted(model.name()));
        }
        try {
            give(kernels, pointer, EMBEDDING, 0, model.embedding());
            give(kernels, pointer, HEAD, 0, model.head());
            for (int index = 0; index < shape.layers(); index++) {
                ExactLayer layer = model.layers().get(index);
                give(kernels, pointer, QUERY, index, layer.query());
                give(kernels, pointer, KEY, index, layer.key());
                give(kernels, pointer, VALUE, index, layer.value());
                give(kernels, pointer, OUTPUT, index, layer.output());
                give(kernels, pointer, GATE, index, layer.gate());
                give(kernels, pointer, UP, index, layer.up());
                give(kernels, pointer, DOWN, index, layer.down());
            }
            return pointer;
        } catch (RuntimeException | Error e) {
            kernels.cl_model_free(pointer);
            throw e;
        }
    }

    private static void give(KernelFunctions kernels, Pointer pointer, int kind, int layer, QuantizedMatrix matrix) {
        int bits = switch (matrix.input()) {
            case BITS_8 -> 8;
            case BITS_15 -> 15;
        };
        int code = kernels.cl_model_matrix(
                pointer, kind, layer, matrix.rows(), matrix.columns(), matrix.values(), matrix.scales(), bits);
        if (code != 0) {
            throw new IllegalStateException("matrix %d of layer %d, %d x %d, was refused by the kernels with code %d"
                    .formatted(kind, layer, matrix.rows(), matrix.columns(), code));
        }
    }
}
