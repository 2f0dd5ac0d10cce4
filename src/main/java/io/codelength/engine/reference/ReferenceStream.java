package io.codelength.engine.reference;

import io.codelength.limit.CallScope;
import io.codelength.model.ModelShape;
import io.codelength.predict.BudgetedStream;

/** A stream of the reference engine: its key-value cache, packed for {@link MultiplyAdd}. */
final class ReferenceStream extends BudgetedStream {
    private HeadCache[] caches; // [layers · keyValueHeads]
    private final int keyValueHeads;

    ReferenceStream(ReferencePredictor owner, int windowTokens, CallScope scope) {
        super(owner, windowTokens, scope);
        ModelShape shape = owner.model().shape();
        keyValueHeads = shape.keyValueHeads();
        caches = new HeadCache[shape.layers() * keyValueHeads];
        for (int i = 0; i < caches.length; i++) {
            caches[i] = new HeadCache(windowTokens, shape.headDimension());
        }
    }

    /** Bytes of one stream, array headers included. */
    static long bytes(ModelShape shape, int windowTokens) {
        int width = shape.headDimension();
        long quads = (width + 3L) / 4;
        long groups = (windowTokens + 3L) / 4;
        long keys = quads * (24 + 4L * windowTokens);
        long values = groups * (24 + 4L * width);
        return shape.layers() * (long) shape.keyValueHeads() * (keys + values + 8L * windowTokens + 128);
    }

    HeadCache cache(int layer, int head) {
        return caches[layer * keyValueHeads + head];
    }

    @Override
    protected void release() {
        caches = new HeadCache[0];
    }

    /** Keys and values of one head of one layer. */
    static final class HeadCache {
        final int[][] keys; // [headDimension / 4][window]: four channels of one position a word
        final int[][] values; // [window / 4][headDimension]: one channel of four positions a word
        final float[] keyScales; // [window]
        final float[] valueScales;

        HeadCache(int windowTokens, int width) {
            keys = new int[(width + 3) / 4][windowTokens];
            values = new int[(windowTokens + 3) / 4][width];
            keyScales = new float[windowTokens];
            valueScales = new float[windowTokens];
        }

        /** Stores one position; what stood there, from before a reset, is overwritten. */
        void store(int position, int[] key, float keyScale, int[] value, float valueScale) {
            keyScales[position] = keyScale;
            valueScales[position] = valueScale;
            for (int quad = 0; quad < keys.length; quad++) {
                int word = 0;
                for (int lane = 0; lane < 4; lane++) {
                    word = MultiplyAdd.withByte(word, lane, key[4 * quad + lane]);
                }
                keys[quad][position] = word;
            }
            int[] words = values[position >> 2];
            int lane = position & 3;
            for (int c = 0; c < words.length; c++) {
                words[c] = MultiplyAdd.withByte(words[c], lane, value[c]);
            }
        }
    }
}
