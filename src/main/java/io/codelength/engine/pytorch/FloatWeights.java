package io.codelength.engine.pytorch;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.codelength.exact.RotaryTable;
import io.codelength.model.ModelShape;
import io.codelength.model.SourceModel;
import io.codelength.model.WeightRole;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A published model's weights as float32 tensors, each read once. Matrices are kept [output, input] and used turned. */
final class FloatWeights {
    private static final int STAGED_FLOATS = 1 << 20;

    final ModelShape shape;
    /** [vocabulary, hidden]. */
    final PtNDArray embedding;

    final List<Layer> layers;
    /** [hidden]. */
    final PtNDArray finalNorm;
    /** [hidden, vocabulary]. */
    final PtNDArray head;
    /** [positions, 3 · headDimension / 2], see {@link LoadedModel#rotary}. */
    final PtNDArray rotary;

    private final PyTorchRuntime runtime;
    private final int threads;
    private final PtNDManager manager;
    private final Staging staging = new Staging(Float.BYTES * STAGED_FLOATS);

    /** One block: gains [hidden], matrices [input, output]. */
    record Layer(
            PtNDArray attentionNorm,
            PtNDArray query,
            PtNDArray key,
            PtNDArray value,
            PtNDArray output,
            PtNDArray feedForwardNorm,
            PtNDArray gate,
            PtNDArray up,
            PtNDArray down) {}

    /** Reads on the calling thread, one tensor at a time; makes tensors on the runtime's. */
    FloatWeights(PyTorchRuntime runtime, int threads, PtNDManager manager, SourceModel source, int positions)
            throws IOException {
        this.runtime = runtime;
        this.threads = threads;
        this.manager = manager;
        this.shape = source.shape();
        int hidden = shape.hidden();
        embedding = tensor(source.embedding(), source.vocabularyRows(), hidden);
        List<Layer> read = new ArrayList<>();
        for (int layer = 0; layer < shape.layers(); layer++) {
            read.add(new Layer(
                    tensor(source.read(WeightRole.ATTENTION_NORM, layer), hidden),
                    matrix(source, WeightRole.QUERY, layer, shape.queryWidth(), hidden),
                    matrix(source, WeightRole.KEY, layer, shape.keyValueWidth(), hidden),
                    matrix(source, WeightRole.VALUE, layer, shape.keyValueWidth(), hidden),
                    matrix(source, WeightRole.ATTENTION_OUTPUT, layer, hidden, shape.queryWidth()),
                    tensor(source.read(WeightRole.FEED_FORWARD_NORM, layer), hidden),
                    matrix(source, WeightRole.GATE, layer, shape.feedForward(), hidden),
                    matrix(source, WeightRole.UP, layer, shape.feedForward(), hidden),
                    matrix(source, WeightRole.DOWN, layer, hidden, shape.feedForward())));
        }
        layers = List.copyOf(read);
        finalNorm = tensor(source.finalNorm(), hidden);
        head = turned(source.tiedOutput() ? embedding : tensor(source.head(), source.vocabularyRows(), hidden));
        RotaryTable table = new RotaryTable(source.inverseFrequencies(), positions);
        rotary = runtime.call(threads, () -> LoadedModel.rotary(manager, table));
    }

    private PtNDArray matrix(SourceModel source, WeightRole role, int layer, int outputs, int inputs)
            throws IOException {
        return turned(tensor(source.read(role, layer), outputs, inputs));
    }

    private PtNDArray turned(PtNDArray matrix) {
        return runtime.call(threads, () -> JniUtils.transpose(matrix, 0, 1));
    }

    /** Copies into memory of PyTorch's own, through a small buffer. */
    private PtNDArray tensor(float[] values, long... sizes) {
        return runtime.call(threads, () -> {
            PtNDArray flat = (PtNDArray) manager.zeros(new Shape(values.length), DataType.FLOAT32);
            for (int from = 0; from < values.length; from += STAGED_FLOATS) {
                int count = Math.min(STAGED_FLOATS, values.length - from);
                staging.reset();
                try (PtNDManager scratch = manager.newSubManager(manager.getDevice())) {
                    JniUtils.indexSet(
                            flat,
                            staging.floats(scratch, Arrays.copyOfRange(values, from, from + count), count, count),
                            new long[] {from},
                            new long[] {(long) from + count},
                            new long[] {1});
                }
            }
            return JniUtils.reshape(flat, sizes);
        });
    }
}
