package io.codelength.engine.pytorch;

import static ai.djl.pytorch.jni.JniUtils.add;
import static ai.djl.pytorch.jni.JniUtils.addi;
import static ai.djl.pytorch.jni.JniUtils.bmm;
import static ai.djl.pytorch.jni.JniUtils.cat;
import static ai.djl.pytorch.jni.JniUtils.div;
import static ai.djl.pytorch.jni.JniUtils.embedding;
import static ai.djl.pytorch.jni.JniUtils.flip;
import static ai.djl.pytorch.jni.JniUtils.gather;
import static ai.djl.pytorch.jni.JniUtils.gte;
import static ai.djl.pytorch.jni.JniUtils.logSoftmax;
import static ai.djl.pytorch.jni.JniUtils.matmul;
import static ai.djl.pytorch.jni.JniUtils.mean;
import static ai.djl.pytorch.jni.JniUtils.mul;
import static ai.djl.pytorch.jni.JniUtils.muli;
import static ai.djl.pytorch.jni.JniUtils.permute;
import static ai.djl.pytorch.jni.JniUtils.reshape;
import static ai.djl.pytorch.jni.JniUtils.sigmoid;
import static ai.djl.pytorch.jni.JniUtils.slice;
import static ai.djl.pytorch.jni.JniUtils.softmax;
import static ai.djl.pytorch.jni.JniUtils.sqrt;
import static ai.djl.pytorch.jni.JniUtils.square;
import static ai.djl.pytorch.jni.JniUtils.transpose;
import static ai.djl.pytorch.jni.JniUtils.where;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.codelength.limit.CallScope;
import io.codelength.model.ModelShape;
import java.util.Arrays;

/**
 * One window through a published model in ordinary float32, for evaluation: PyTorch's own sums, softmax and square roots,
 * which differ from machine to machine in the last digits. Nothing is coded with it.
 *
 * <p>The window goes through in blocks of rows, layer by layer, so that neither scores nor logits of a whole window are ever
 * in memory. A result belongs to the manager of the first operand, so lasting tensors stand on the right.
 */
final class FloatPass {
    /** The most rows that go through a layer together. */
    private static final int MOST_ROWS = 256;

    /** Scores of one block that are aimed at: 16 MiB. */
    private static final long SCORES = 1 << 22;

    /** Rows of logits in memory at once. */
    private static final int LOGIT_ROWS = 32;

    private final FloatWeights weights;
    private final ModelShape shape;
    private final PtNDManager manager; // of the window
    private final PtNDArray epsilon;
    private final PtNDArray scoreScale;

    FloatPass(FloatWeights weights, PtNDManager manager) {
        this.weights = weights;
        this.shape = weights.shape;
        this.manager = manager;
        this.epsilon = tensor(manager, (float) shape.normEpsilon());
        this.scoreScale = tensor(manager, (float) (1 / Math.sqrt(shape.headDimension())));
    }

    /** An upper estimate of what a window of so many rows holds at once, in bytes. */
    static long workBytes(ModelShape shape, int vocabularyRows, int rows) {
        int block = blockRows(shape, rows);
        long lasting = (long) rows * (3L * shape.hidden() + 6L * shape.keyValueWidth());
        long passing = (long) block * (8L * shape.hidden() + 6L * shape.queryWidth() + 4L * shape.feedForward())
                + 4L * block * shape.heads() * rows;
        long logits = 5L * LOGIT_ROWS * vocabularyRows;
        return Float.BYTES * (lasting + Math.max(passing, logits));
    }

    private static int blockRows(ModelShape shape, int rows) {
        long most = SCORES / ((long) shape.heads() * rows);
        return (int) Math.max(1, Math.min(Math.min(rows, MOST_ROWS), most));
    }

    /**
     * Reads a window and returns the natural logarithm of the probability of each target.
     *
     * @param read [rows] token ids, the start token first
     * @param targets [rows] token ids; row i predicts targets[i]
     */
    double[] logProbabilities(int[] read, int[] targets, CallScope scope) {
        int rows = read.length;
        int blockRows = blockRows(shape, rows);
        PtNDArray[] blocks = new PtNDArray[(rows + blockRows - 1) / blockRows];
        for (int i = 0; i < blocks.length; i++) {
            int[] ids = Arrays.copyOfRange(read, i * blockRows, Math.min(rows, (i + 1) * blockRows));
            blocks[i] = embedding(ids(ids), weights.embedding, false);
        }
        for (FloatWeights.Layer layer : weights.layers) {
            layer(layer, blocks, blockRows, scope);
        }
        double[] answers = new double[rows];
        for (int i = 0; i < blocks.length; i++) {
            int first = i * blockRows;
            int count = Math.min(rows - first, blockRows);
            for (int from = 0; from < count; from += LOGIT_ROWS) {
                scope.throwIfCancelled();
                int to = Math.min(count, from + LOGIT_ROWS);
                double[] some = logits(blocks[i], from, to, Arrays.copyOfRange(targets, first + from, first + to));
                System.arraycopy(some, 0, answers, first + from, some.length);
            }
        }
        return answers;
    }

    private double[] logits(PtNDArray block, int from, int to, int[] targets) {
        try (PtNDManager scratch = newScratch()) {
            PtNDArray some = slice(block, 0, from, to, 1);
            some.attach(scratch);
            PtNDArray logits = matmul(norm(some, weights.finalNorm), weights.head);
            PtNDArray logarithms = logSoftmax(logits, 1, DataType.FLOAT64);
            PtNDArray index = reshape(ids(targets), new long[] {targets.length, 1});
            return gather(logarithms, index, 1).toDoubleArray();
        }
    }

    /** Replaces every block by what the layer makes of it. */
    private void layer(FloatWeights.Layer layer, PtNDArray[] blocks, int blockRows, CallScope scope) {
        try (PtNDManager scratch = newScratch()) {
            PtNDArray[] keys = new PtNDArray[blocks.length];
            PtNDArray[] values = new PtNDArray[blocks.length];
            for (int i = 0; i < blocks.length; i++) {
                scope.throwIfCancelled();
                blocks[i].attach(scratch);
                PtNDArray normed = norm(blocks[i], layer.attentionNorm());
                keys[i] = rotated(matmul(normed, layer.key()), shape.keyValueHeads(), i * blockRows);
                values[i] = heads(matmul(normed, layer.value()), shape.keyValueHeads());
            }
            PtNDArray allKeys = transpose(cat(keys, 1), 1, 2); // [keyValueHeads, headDimension, rows]
            PtNDArray allValues = cat(values, 1); // [keyValueHeads, rows, headDimension]
            for (int i = 0; i < blocks.length; i++) {
                scope.throwIfCancelled();
                blocks[i] = block(layer, blocks[i], i * blockRows, allKeys, allValues);
            }
        }
    }

    private PtNDArray block(FloatWeights.Layer layer, PtNDArray x, int first, PtNDArray keys, PtNDArray values) {
        try (PtNDManager scratch = newScratch()) {
            x.attach(scratch);
            PtNDArray query = rotated(matmul(norm(x, layer.attentionNorm()), layer.query()), shape.heads(), first);
            PtNDArray attended = add(x, matmul(attend(query, first, keys, values, scratch), layer.output()));
            PtNDArray normed = norm(attended, layer.feedForwardNorm());
            PtNDArray gate = matmul(normed, layer.gate());
            PtNDArray gated = mul(gate, sigmoid(gate));
            muli(gated, matmul(normed, layer.up()));
            PtNDArray next = add(attended, matmul(gated, layer.down()));
            next.attach(manager);
            return next;
        }
    }

    /**
     * @param query [heads, rows, headDimension]
     * @return [rows, heads · headDimension]
     */
    private PtNDArray attend(PtNDArray query, int first, PtNDArray keys, PtNDArray values, PtNDManager scratch) {
        long rows = query.getShape().get(1);
        long seen = first + rows;
        long heads = shape.heads();
        long width = shape.headDimension();
        long caches = shape.keyValueHeads();
        // Query heads that share a key-value head are neighbours, so they are one taller matrix.
        PtNDArray q = reshape(query, new long[] {caches, heads / caches * rows, width});
        PtNDArray scores = reshape(bmm(q, slice(keys, 2, 0, seen, 1)), new long[] {heads, rows, seen});
        muli(scores, scoreScale);
        addi(scores, veil(first, (int) rows, scratch));
        PtNDArray shares = softmax(scores, 2, DataType.FLOAT32);
        PtNDArray mixed =
                bmm(reshape(shares, new long[] {caches, heads / caches * rows, seen}), slice(values, 1, 0, seen, 1));
        return reshape(permute(reshape(mixed, new long[] {heads, rows, width}), new long[] {1, 0, 2}), new long[] {
            rows, heads * width
        });
    }

    /** 0 where a row sees a position, −∞ where that lies ahead: [1, rows, first + rows]. */
    private static PtNDArray veil(int first, int rows, PtNDManager scratch) {
        float[] own = new float[rows];
        float[] every = new float[first + rows];
        for (int row = 0; row < rows; row++) {
            own[row] = first + row;
        }
        for (int j = 0; j < every.length; j++) {
            every[j] = j;
        }
        PtNDArray seen = gte((PtNDArray) scratch.create(own, new Shape(1, rows, 1)), (PtNDArray)
                scratch.create(every, new Shape(1, 1, every.length)));
        return where(seen, tensor(scratch, 0), tensor(scratch, Float.NEGATIVE_INFINITY));
    }

    /** Turns heads by their position: [rows, heads · headDimension] to [heads, rows, headDimension]. */
    private PtNDArray rotated(PtNDArray projected, int heads, int first) {
        long rows = projected.getShape().get(0);
        long half = shape.headDimension() / 2;
        PtNDArray halves = reshape(projected, new long[] {rows, heads, 2, half});
        PtNDManager scratch = projected.getManager();
        PtNDArray turns = slice(weights.rotary, 0, first, first + rows, 1);
        turns.attach(scratch);
        PtNDArray turned = mul(halves, reshape(slice(turns, 1, 0, half, 1), new long[] {rows, 1, 1, half}));
        PtNDArray swapped = flip(halves, new long[] {2});
        muli(swapped, reshape(slice(turns, 1, half, 3 * half, 1), new long[] {rows, 1, 2, half}));
        addi(turned, swapped);
        return heads(turned, heads);
    }

    private PtNDArray heads(PtNDArray rows, int heads) {
        long count = rows.getShape().get(0);
        return permute(reshape(rows, new long[] {count, heads, shape.headDimension()}), new long[] {1, 0, 2});
    }

    private PtNDArray norm(PtNDArray x, PtNDArray gain) {
        PtNDArray square = add(mean(square(x), 1, true), epsilon);
        PtNDArray normed = div(x, sqrt(square));
        muli(normed, gain);
        return normed;
    }

    private PtNDArray ids(int[] tokens) {
        long[] wide = Arrays.stream(tokens).asLongStream().toArray();
        return (PtNDArray) manager.create(wide);
    }

    private PtNDManager newScratch() {
        return manager.newSubManager(manager.getDevice());
    }

    private static PtNDArray tensor(PtNDManager manager, float value) {
        return (PtNDArray) manager.create(new float[] {value});
    }
}
