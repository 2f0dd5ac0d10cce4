package io.codelength.engine.pytorch;

import static ai.djl.pytorch.jni.JniUtils.reshape;
import static ai.djl.pytorch.jni.JniUtils.slice;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.codelength.model.ModelShape;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Key-value caches of several streams side by side, so that a step over neighbours is one batched product on a view.
 * Integers are carried as float32. All memory starts as zeros: what a product reads beyond a stream's position is always
 * finite, and is multiplied by a weight of exactly zero.
 */
final class CacheChunk {
    /** The most streams side by side. */
    static final int MOST_SLOTS = 64;

    final int index;
    final int windowTokens;
    final int slots;
    final List<LayerCache> layers;
    private final PtNDManager manager;
    private final int keyValueHeads;
    private final BitSet used = new BitSet();

    /**
     * One layer's memory and views of it.
     *
     * @param rows [2 · slots · keyValueHeads · window, headDimension], keys first
     * @param rowScales [2 · slots · keyValueHeads · window]
     * @param keys [slots · keyValueHeads, window, headDimension]
     * @param values likewise
     * @param keyScales [slots · keyValueHeads, 1, window]
     * @param valueScales likewise
     */
    record LayerCache(
            PtNDArray rows,
            PtNDArray rowScales,
            PtNDArray keys,
            PtNDArray values,
            PtNDArray keyScales,
            PtNDArray valueScales) {}

    /** Allocates; on the worker only. */
    CacheChunk(PtNDManager parent, ModelShape shape, int index, int windowTokens, int slots) {
        this.index = index;
        this.windowTokens = windowTokens;
        this.slots = slots;
        this.keyValueHeads = shape.keyValueHeads();
        this.manager = parent.newSubManager(parent.getDevice());
        long heads = (long) slots * keyValueHeads;
        long half = heads * windowTokens;
        List<LayerCache> caches = new ArrayList<>();
        try {
            for (int layer = 0; layer < shape.layers(); layer++) {
                PtNDArray rows =
                        (PtNDArray) manager.zeros(new Shape(2 * half, shape.headDimension()), DataType.FLOAT32);
                PtNDArray rowScales = (PtNDArray) manager.zeros(new Shape(2 * half), DataType.FLOAT32);
                long[] plane = {heads, windowTokens, shape.headDimension()};
                long[] scalePlane = {heads, 1, windowTokens};
                caches.add(new LayerCache(
                        rows,
                        rowScales,
                        reshape(slice(rows, 0, 0, half, 1), plane),
                        reshape(slice(rows, 0, half, 2 * half, 1), plane),
                        reshape(slice(rowScales, 0, 0, half, 1), scalePlane),
                        reshape(slice(rowScales, 0, half, 2 * half, 1), scalePlane)));
            }
        } catch (RuntimeException failure) {
            manager.close();
            throw failure;
        }
        layers = List.copyOf(caches);
    }

    /** Bytes of cache for one stream. */
    static long streamBytes(ModelShape shape, int windowTokens) {
        return 2L * shape.layers() * shape.keyValueHeads() * windowTokens * (shape.headDimension() + 1) * Float.BYTES;
    }

    /** Index of a position into {@link LayerCache#rows}. */
    long row(boolean value, int slot, int keyValueHead, int position) {
        long head = (long) (value ? slots + slot : slot) * keyValueHeads + keyValueHead;
        return head * windowTokens + position;
    }

    boolean hasFreeSlot() {
        return used.cardinality() < slots;
    }

    boolean isEmpty() {
        return used.isEmpty();
    }

    int takeSlot() {
        int slot = used.nextClearBit(0);
        used.set(slot);
        return slot;
    }

    void giveBack(int slot) {
        used.clear(slot);
    }

    /** Frees the memory; on the worker only. */
    void free() {
        manager.close();
    }
}
