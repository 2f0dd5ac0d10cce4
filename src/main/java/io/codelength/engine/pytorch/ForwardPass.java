package io.codelength.engine.pytorch;

import static ai.djl.pytorch.jni.JniUtils.abs;
import static ai.djl.pytorch.jni.JniUtils.addi;
import static ai.djl.pytorch.jni.JniUtils.bmm;
import static ai.djl.pytorch.jni.JniUtils.cat;
import static ai.djl.pytorch.jni.JniUtils.div;
import static ai.djl.pytorch.jni.JniUtils.embedding;
import static ai.djl.pytorch.jni.JniUtils.flip;
import static ai.djl.pytorch.jni.JniUtils.gte;
import static ai.djl.pytorch.jni.JniUtils.index;
import static ai.djl.pytorch.jni.JniUtils.indexAdv;
import static ai.djl.pytorch.jni.JniUtils.indexAdvPut;
import static ai.djl.pytorch.jni.JniUtils.max;
import static ai.djl.pytorch.jni.JniUtils.min;
import static ai.djl.pytorch.jni.JniUtils.mul;
import static ai.djl.pytorch.jni.JniUtils.muli;
import static ai.djl.pytorch.jni.JniUtils.permute;
import static ai.djl.pytorch.jni.JniUtils.reshape;
import static ai.djl.pytorch.jni.JniUtils.round;
import static ai.djl.pytorch.jni.JniUtils.slice;
import static ai.djl.pytorch.jni.JniUtils.sub;
import static ai.djl.pytorch.jni.JniUtils.sum;
import static ai.djl.pytorch.jni.JniUtils.take;
import static ai.djl.pytorch.jni.JniUtils.transpose;
import static ai.djl.pytorch.jni.JniUtils.where;

import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.codelength.engine.pytorch.Batch.RowGroup;
import io.codelength.exact.ActivationWidth;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.exact.Quantizer;
import io.codelength.exact.RmsNorm;
import io.codelength.limit.CallScope;
import io.codelength.model.ModelShape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One batch of rows through the network, in the order of operations of numeric profile 1 ({@code docs/arithmetic.md}).
 *
 * <p>Every float operation here is one that PyTorch rounds once (add, subtract, multiply, divide, round, convert); every
 * sum is of integers small enough to be exact in any order. A result belongs to the manager of the first operand (of
 * {@code where}: the second), and every manager here is closed when its layer is done, so nothing outlives a call.
 */
final class ForwardPass {
    private static final float FINE_STEPS = 32767;
    /** Positions of a float32 product of weights and values: 512 · 255 · 127 = 16,581,120 is below 2^24. */
    private static final int POSITION_BLOCK = 512;

    private final LoadedModel loaded;
    private final ModelShape shape;
    private final Constants constants;
    private final Staging staging;
    private final PtNDManager manager;
    private final int half;
    private final int groupSize; // query heads that share a key-value head

    /** @param manager of the call: what this batch makes and does not free lives in it */
    ForwardPass(LoadedModel loaded, Staging staging, PtNDManager manager) {
        this.loaded = loaded;
        this.shape = loaded.shape;
        this.constants = loaded.constants;
        this.staging = staging;
        this.manager = manager;
        this.half = shape.headDimension() / 2;
        this.groupSize = shape.heads() / shape.keyValueHeads();
    }

    /** What the layers of one batch share: rotations by position, where to write, what each group sees. */
    private record Plan(PtNDArray cosines, PtNDArray sines, List<GroupPlan> groups) {}

    /**
     * @param put rows of the cache that the group's keys and values go to, [rows · 2 · keyValueHeads]
     * @param gather heads of the cache to copy together, or null where a view does
     * @param veil 0 or −∞ to add to scores, or null where every row sees every position
     * @param cap the last table index of a position: {@link Constants#LAST_EXPONENT} or, unseen, {@link
     *     Constants#NO_EXPONENT}
     */
    private record GroupPlan(
            RowGroup rows,
            NDIndex put,
            @Nullable PtNDArray gather,
            @Nullable PtNDArray veil,
            PtNDArray cap) {}

    /**
     * Reads the batch's symbols into the caches.
     *
     * @return the final rows wanted, normed and quantised for the head; none if none are wanted
     */
    @Nullable
    Quantized read(Batch batch, CallScope scope) {
        Plan plan = plan(batch);
        PtNDArray x = embed(batch.symbols());
        for (int layer = 0; layer < shape.layers(); layer++) {
            scope.throwIfCancelled();
            x = layer(x, loaded.layers.get(layer), layer, plan);
        }
        long[] rows = batch.answers().stream().mapToLong(Batch.Answer::row).toArray();
        if (rows.length == 0) {
            return null;
        }
        if (!isEveryRow(rows, batch.rows())) {
            x = embedding(staging.longs(manager, rows, rows.length), x, false);
        }
        return new Norm(x).quantised(loaded.model.head().input());
    }

    /**
     * Logits of some of the wanted rows, in 1/1024 octaves.
     *
     * @param logits receives [count, headRows]
     */
    void logits(Quantized rows, int first, int count, float[] logits) {
        try (PtNDManager scratch = manager.newSubManager(manager.getDevice())) {
            PtNDArray q = index(
                    rows.values(),
                    new long[] {first, 0},
                    new long[] {(long) first + count, shape.hidden()},
                    ONES_2,
                    scratch);
            PtNDArray a =
                    index(rows.scales(), new long[] {first, 0}, new long[] {(long) first + count, 1}, ONES_2, scratch);
            PtNDArray t = loaded.head.apply(width -> new Quantized(q, a));
            floats(t).get(logits, 0, count * loaded.model.head().rows());
        }
    }

    private static final long[] ONES_2 = {1, 1};
    private static final long[] ONES_3 = {1, 1, 1};

    private static boolean isEveryRow(long[] wanted, int rows) {
        if (wanted.length != rows) {
            return false;
        }
        for (int i = 0; i < rows; i++) {
            if (wanted[i] != i) {
                return false;
            }
        }
        return true;
    }

    private static FloatBuffer floats(PtNDArray tensor) {
        ByteBuffer bytes = tensor.toByteBuffer(true);
        return bytes.order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private Plan plan(Batch batch) {
        int rows = batch.rows();
        long[] positions = new long[rows];
        for (int row = 0; row < rows; row++) {
            positions[row] = batch.positions()[row];
        }
        PtNDArray turns = embedding(staging.longs(manager, positions, rows), loaded.rotary, false);
        PtNDArray cosines = reshape(slice(turns, 1, 0, half, 1), new long[] {rows, 1, 1, half});
        PtNDArray sines = reshape(slice(turns, 1, half, 3L * half, 1), new long[] {rows, 1, 2, half});
        List<GroupPlan> groups = new ArrayList<>();
        for (RowGroup group : batch.groups()) {
            groups.add(plan(group, batch.positions()));
        }
        return new Plan(cosines, sines, groups);
    }

    private GroupPlan plan(RowGroup group, int[] positions) {
        int heads = shape.keyValueHeads();
        int rows = group.rows();
        long[] put = new long[rows * 2 * heads];
        boolean seesAll = true;
        float[] last = new float[group.oneStream() ? rows * groupSize : rows * heads];
        for (int row = 0; row < rows; row++) {
            int position = positions[group.firstRow() + row];
            int slot = slot(group, row);
            for (int head = 0; head < heads; head++) {
                put[row * 2 * heads + head] = group.chunk().row(false, slot, head, position);
                put[row * 2 * heads + heads + head] = group.chunk().row(true, slot, head, position);
            }
            int repeats = last.length / rows;
            for (int i = 0; i < repeats; i++) {
                last[row * repeats + i] = position;
            }
            seesAll &= position + 1 == group.length();
        }
        NDIndex putIndex = new NDIndex("{}", staging.longs(manager, put, put.length));
        PtNDArray gather = null;
        int[] slots = group.slots();
        if (slots != null) {
            long[] cacheHeads = new long[rows * heads];
            for (int row = 0; row < rows; row++) {
                for (int head = 0; head < heads; head++) {
                    cacheHeads[row * heads + head] = (long) slots[row] * heads + head;
                }
            }
            gather = staging.longs(manager, cacheHeads, cacheHeads.length);
        }
        if (seesAll) {
            return new GroupPlan(group, putIndex, gather, null, constants.lastExponent);
        }
        float[] every = new float[group.length()];
        for (int j = 0; j < every.length; j++) {
            every[j] = j;
        }
        long[] side = group.oneStream() ? new long[] {1, last.length, 1} : new long[] {last.length, 1, 1};
        PtNDArray lastSeen = staging.floats(manager, last, last.length, side);
        PtNDArray seen = gte(lastSeen, staging.floats(manager, every, every.length, 1, 1, every.length));
        PtNDArray veil = where(seen, constants.zero, constants.never);
        veil.attach(manager);
        PtNDArray cap = where(seen, constants.lastExponent, constants.noExponent);
        cap.attach(manager);
        return new GroupPlan(group, putIndex, gather, veil, cap);
    }

    private static int slot(RowGroup group, int row) {
        int[] slots = group.slots();
        if (slots != null) {
            return slots[row];
        }
        return group.oneStream() ? group.firstSlot() : group.firstSlot() + row;
    }

    /** {@code x_i = fl(float(value) · scale)}; in Java, which saves a copy of the embedding. */
    private PtNDArray embed(int[] symbols) {
        QuantizedMatrix table = loaded.model.embedding();
        int hidden = shape.hidden();
        float[] rows = new float[symbols.length * hidden];
        for (int row = 0; row < symbols.length; row++) {
            float scale = table.scales()[symbols[row]];
            int source = symbols[row] * hidden;
            for (int i = 0; i < hidden; i++) {
                rows[row * hidden + i] = table.values()[source + i] * scale;
            }
        }
        return staging.floats(manager, rows, rows.length, symbols.length, hidden);
    }

    /** One block; x moves through the layer's own manager, so that all else is freed at its end. */
    private PtNDArray layer(PtNDArray x, LoadedModel.Layer layer, int number, Plan plan) {
        try (PtNDManager scratch = manager.newSubManager(manager.getDevice())) {
            x.attach(scratch);
            PtNDArray heads = layer.queryKeyValue().apply(new Norm(x)::quantised);
            PtNDArray mixed = attend(quantisedHeads(heads, plan), number, plan);
            PtNDArray attended = layer.output().apply(width -> quantise(mixed, 1, width));
            addi(attended, x);
            PtNDArray gateUp = layer.gateUp().apply(new Norm(attended)::quantised);
            PtNDArray gated = gated(gateUp);
            PtNDArray next = layer.down().apply(width -> quantise(gated, 1, width));
            addi(next, attended);
            next.attach(manager);
            return next;
        }
    }

    /** {@code s = fl(m / n)}, {@code q = rint(fl(x / s))} along the last dimension; s = 1 and q = 0 for rows of zeros. */
    private Quantized quantise(PtNDArray x, int dimension, ActivationWidth width) {
        PtNDArray largest = max(abs(x), dimension, true);
        PtNDArray steps = width == ActivationWidth.BITS_8 ? constants.steps8 : constants.steps15;
        // Where the row counts as zero, x / 1 is below one half everywhere and rounds to 0.
        PtNDArray s = where(gte(largest, constants.tiny), div(largest, steps), constants.one);
        return new Quantized(round(div(x, s)), s);
    }

    /**
     * RMS norm: the quantised row does not depend on it, only the row's scale does. The sum of squares is exact in
     * float64; the square root is Java's, which is correctly rounded.
     */
    private final class Norm {
        private final PtNDArray x; // [rows, hidden]
        private final float[] largest;
        private final float[] factors;
        private final Map<ActivationWidth, Quantized> done = new EnumMap<>(ActivationWidth.class);

        Norm(PtNDArray x) {
            this.x = x;
            PtNDManager scratch = x.getManager();
            this.largest = max(abs(x), 1, true).toFloatArray();
            int rows = largest.length;
            float[] fine = new float[rows];
            for (int row = 0; row < rows; row++) {
                fine[row] = Quantizer.scale(largest[row], (int) FINE_STEPS);
            }
            PtNDArray u =
                    round(div(x, staging.floats(scratch, fine, rows, rows, 1))).toType(DataType.FLOAT64, false);
            muli(u, u);
            double[] squares = sum(u, new long[] {1}, false).toDoubleArray();
            this.factors = new float[rows];
            for (int row = 0; row < rows; row++) {
                factors[row] = RmsNorm.factor((long) squares[row], fine[row], shape.hidden(), shape.normEpsilon());
            }
        }

        Quantized quantised(ActivationWidth width) {
            Quantized known = done.get(width);
            if (known != null) {
                return known;
            }
            PtNDManager scratch = x.getManager();
            int rows = largest.length;
            float[] s = new float[rows];
            float[] a = new float[rows];
            for (int row = 0; row < rows; row++) {
                s[row] = Quantizer.scale(largest[row], width.largest());
                a[row] = s[row] * factors[row];
            }
            Quantized quantised = new Quantized(
                    round(div(x, staging.floats(scratch, s, rows, rows, 1))),
                    staging.floats(scratch, a, rows, rows, 1));
            done.put(width, quantised);
            return quantised;
        }
    }

    /** Rotates queries and keys by position, then quantises every head of q, k and v: [rows, heads, headDimension]. */
    private Quantized quantisedHeads(PtNDArray projected, Plan plan) {
        long rows = projected.getShape().get(0);
        int turning = shape.heads() + shape.keyValueHeads();
        int width = shape.headDimension();
        PtNDArray halves =
                reshape(slice(projected, 1, 0, (long) turning * width, 1), new long[] {rows, turning, 2, half});
        // x'_i = x_i·cos − x_{i+h}·sin and x'_{i+h} = x_{i+h}·cos + x_i·sin: the halves change places, sines have
        // signs.
        PtNDArray turned = mul(halves, plan.cosines());
        PtNDArray swapped = flip(halves, new long[] {2});
        muli(swapped, plan.sines());
        addi(turned, swapped);
        PtNDArray values =
                slice(projected, 1, (long) turning * width, (long) (turning + shape.keyValueHeads()) * width, 1);
        PtNDArray all = cat(new PtNDArray[] {reshape(turned, new long[] {rows, (long) turning * width}), values}, 1);
        return quantise(
                reshape(all, new long[] {rows, turning + shape.keyValueHeads(), width}), 2, ActivationWidth.BITS_8);
    }

    /** Writes keys and values into the caches, then attends, group by group: [rows, heads · headDimension]. */
    private PtNDArray attend(Quantized heads, int layer, Plan plan) {
        List<GroupPlan> groups = plan.groups();
        PtNDArray[] outputs = new PtNDArray[groups.size()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = attend(heads, layer, groups.get(i));
        }
        return outputs.length == 1 ? outputs[0] : cat(outputs, 0);
    }

    private PtNDArray attend(Quantized heads, int layer, GroupPlan plan) {
        RowGroup group = plan.rows();
        CacheChunk.LayerCache cache = group.chunk().layers.get(layer);
        int queryHeads = shape.heads();
        int allHeads = queryHeads + 2 * shape.keyValueHeads();
        int first = group.firstRow();
        int rows = group.rows();
        int width = shape.headDimension();
        long written = 2L * rows * shape.keyValueHeads();
        PtNDManager outer = heads.values().getManager();
        PtNDArray output;
        try (PtNDManager scratch = outer.newSubManager(outer.getDevice())) {
            PtNDArray keyValues = part(heads.values(), first, rows, queryHeads, allHeads, width, scratch);
            PtNDArray keyValueScales = part(heads.scales(), first, rows, queryHeads, allHeads, 1, scratch);
            indexAdvPut(cache.rows(), plan.put(), reshape(keyValues, new long[] {written, width}));
            indexAdvPut(cache.rowScales(), plan.put(), reshape(keyValueScales, new long[] {written}));

            PtNDArray q = batched(part(heads.values(), first, rows, 0, queryHeads, width, scratch), group);
            PtNDArray qs = batched(part(heads.scales(), first, rows, 0, queryHeads, 1, scratch), group);
            PtNDArray mixed = weigh(cache, plan, q, qs, scratch);
            output = unbatched(mixed, group);
            output.attach(outer);
        }
        return output;
    }

    private PtNDArray part(
            PtNDArray heads, int firstRow, int rows, int firstHead, int endHead, int width, PtNDManager scratch) {
        return index(
                heads,
                new long[] {firstRow, firstHead, 0},
                new long[] {(long) firstRow + rows, endHead, width},
                ONES_3,
                scratch);
    }

    /** Query heads as one batched product wants them: [streams · keyValueHeads, queries that share a cache, width]. */
    private PtNDArray batched(PtNDArray queries, RowGroup group) {
        long rows = group.rows();
        long width = queries.getShape().get(2);
        if (!group.oneStream()) {
            return reshape(queries, new long[] {rows * shape.keyValueHeads(), groupSize, width});
        }
        PtNDArray byHead = reshape(queries, new long[] {rows, shape.keyValueHeads(), groupSize, width});
        return reshape(
                permute(byHead, new long[] {1, 0, 2, 3}), new long[] {shape.keyValueHeads(), rows * groupSize, width});
    }

    /** The way back from {@link #batched}: [rows, heads · headDimension]. */
    private PtNDArray unbatched(PtNDArray mixed, RowGroup group) {
        long rows = group.rows();
        long all = (long) shape.heads() * shape.headDimension();
        if (!group.oneStream()) {
            return reshape(mixed, new long[] {rows, all});
        }
        PtNDArray byHead = reshape(mixed, new long[] {shape.keyValueHeads(), rows, groupSize, shape.headDimension()});
        return reshape(permute(byHead, new long[] {1, 0, 2, 3}), new long[] {rows, all});
    }

    /** Integer softmax and the weighted sum of values; q is [caches, queries, headDimension], qs likewise with 1. */
    private PtNDArray weigh(
            CacheChunk.LayerCache cache, GroupPlan plan, PtNDArray q, PtNDArray qs, PtNDManager scratch) {
        int length = plan.rows().length();
        PtNDArray keys = seen(cache.keys(), plan, 1, scratch);
        PtNDArray keyScales = seen(cache.keyScales(), plan, 2, scratch);
        // t = fl(float(dot) · fl(qs' · k_scale)); unseen positions become −∞ and take no part in the maximum.
        PtNDArray t = bmm(q, transpose(keys, 1, 2));
        muli(t, mul(mul(qs, loaded.scoreScale), keyScales));
        PtNDArray veil = plan.veil();
        if (veil != null) {
            addi(t, veil);
        }
        PtNDArray steps = min(round(sub(max(t, 2, true), t)), plan.cap());
        PtNDArray e = take(constants.exponentials, steps.toType(DataType.INT64, false), scratch);
        PtNDArray total = sum(e, new long[] {2}, true); // exact: below 2^53
        PtNDArray w = e.toType(DataType.FLOAT32, false);
        muli(w, seen(cache.valueScales(), plan, 2, scratch));
        PtNDArray ps = div(max(w, 2, true), constants.steps255);
        PtNDArray p = round(div(w, ps));
        PtNDArray mixed = weightedValues(p, seen(cache.values(), plan, 1, scratch), length);
        PtNDArray scale = div(ps.toType(DataType.FLOAT64, false), total);
        muli(mixed, scale.toType(DataType.FLOAT32, false));
        return mixed;
    }

    /** {@code float(Σ p·v)} with products of at most {@link #POSITION_BLOCK} positions. */
    private PtNDArray weightedValues(PtNDArray p, PtNDArray values, int length) {
        if (length <= POSITION_BLOCK) {
            return bmm(p, values);
        }
        if (length <= 2 * POSITION_BLOCK) {
            PtNDArray sums = weightedBlock(p, values, 0, POSITION_BLOCK);
            // Both are exact, so the addition rounds once, as the conversion of the exact total would.
            addi(sums, weightedBlock(p, values, POSITION_BLOCK, length));
            return sums;
        }
        PtNDArray total = weightedBlock(p, values, 0, POSITION_BLOCK).toType(DataType.FLOAT64, false);
        for (int from = POSITION_BLOCK; from < length; from += POSITION_BLOCK) {
            addi(total, weightedBlock(p, values, from, Math.min(length, from + POSITION_BLOCK)));
        }
        return total.toType(DataType.FLOAT32, false);
    }

    private static PtNDArray weightedBlock(PtNDArray p, PtNDArray values, int from, int to) {
        return bmm(slice(p, 2, from, to, 1), slice(values, 1, from, to, 1));
    }

    /** What a group sees of a plane of the cache, as a view where its streams are neighbours. */
    private PtNDArray seen(PtNDArray plane, GroupPlan plan, int positionDimension, PtNDManager scratch) {
        RowGroup group = plan.rows();
        int heads = shape.keyValueHeads();
        PtNDArray gather = plan.gather();
        long first = gather != null ? 0 : (long) group.firstSlot() * heads;
        long end = gather != null ? (long) group.chunk().slots * heads : first + caches(group);
        long[] from = {first, 0, 0};
        long[] to = {end, plane.getShape().get(1), plane.getShape().get(2)};
        to[positionDimension] = group.length();
        PtNDArray view = index(plane, from, to, ONES_3, scratch);
        return gather == null ? view : indexAdv(view, new NDIndex("{}", gather), scratch);
    }

    private long caches(RowGroup group) {
        return (long) shape.keyValueHeads() * (group.oneStream() ? 1 : group.rows());
    }

    /** SwiGLU: {@code fl(fl(g · sigmoid(g)) · u)}; the sigmoid is a table by {@code rint(fl(g·1024·log2 e))}. */
    private PtNDArray gated(PtNDArray gateUp) {
        int width = shape.feedForward();
        PtNDManager scratch = gateUp.getManager();
        PtNDArray gate = slice(gateUp, 1, 0, width, 1);
        // Rounding to even and products are symmetric, so one signed index serves; negative ones count from the end.
        PtNDArray steps = round(mul(gate, constants.octaves));
        PtNDArray bounded = max(min(steps, constants.lastExponent), constants.minusLastExponent);
        PtNDArray gated = take(constants.sigmoids, bounded.toType(DataType.INT64, false), scratch);
        muli(gated, gate);
        muli(gated, slice(gateUp, 1, width, 2L * width, 1));
        return gated;
    }
}
