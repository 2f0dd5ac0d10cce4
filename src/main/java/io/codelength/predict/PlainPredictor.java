package io.codelength.predict;

import io.codelength.exact.Attention;
import io.codelength.exact.HostArithmetic;
import io.codelength.exact.Linear;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.exact.Quantizer;
import io.codelength.exact.RmsNorm;
import io.codelength.exact.RotaryTable;
import io.codelength.exact.SiLu;
import io.codelength.limit.CallScope;
import io.codelength.model.ExactLayer;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import java.util.List;

/**
 * Numeric profile 1 as {@code docs/arithmetic.md} writes it, one position at a time, every loop in the open. Slow on
 * purpose: it is what the engines' vectors and tests are checked against, so it shares no fast path with any of them.
 */
public final class PlainPredictor implements Predictor {
    private final ExactModel model;
    private final ModelShape shape;
    private final RotaryTable rotary;
    private final CumulativeFrequencies row;
    private long calls;

    public PlainPredictor(ExactModel model) {
        this(model, model.shape().contextTokens());
    }

    /** @param positions the largest window that will be opened, so that small checks need only small tables */
    public PlainPredictor(ExactModel model, int positions) {
        this.model = model;
        this.shape = model.shape();
        this.rotary = new RotaryTable(model.inverseFrequencies(), positions);
        this.row = new CumulativeFrequencies(model.headSymbols(), model.symbolCount());
    }

    @Override
    public ExactModel model() {
        return model;
    }

    @Override
    public long streamBytes(int windowTokens) {
        long vectors = 2L * shape.layers() * shape.keyValueHeads() * windowTokens;
        return vectors * (4L * shape.headDimension() + 4);
    }

    @Override
    public PredictionStream open(int windowTokens, CallScope scope) {
        if (windowTokens > rotary.positions()) {
            throw new IllegalArgumentException(
                    "window of %d positions, tables for %d".formatted(windowTokens, rotary.positions()));
        }
        return new Stream(this, windowTokens, scope);
    }

    @Override
    public synchronized void prefill(List<Passage> passages, RowSink sink, CallScope scope) {
        long call = calls++;
        for (Passage passage : passages) {
            BudgetedStream.requireSymbols(passage.symbols(), model.startSymbol());
            owned(passage.stream()).requireUsable(this, call, passage.symbols().length);
        }
        for (int item = 0; item < passages.size(); item++) {
            Passage passage = passages.get(item);
            int[] symbols = passage.symbols();
            for (int index = 0; index < symbols.length; index++) {
                float[] x = read(owned(passage.stream()), symbols[index], scope);
                if (index >= passage.firstRow()) {
                    sink.accept(item, index, frequencies(x));
                }
            }
        }
    }

    @Override
    public synchronized void step(
            List<? extends PredictionStream> streams, int[] symbols, RowSink sink, CallScope scope) {
        if (streams.size() != symbols.length) {
            throw new IllegalArgumentException("%d streams, %d symbols".formatted(streams.size(), symbols.length));
        }
        long call = calls++;
        BudgetedStream.requireSymbols(symbols, model.startSymbol());
        for (PredictionStream stream : streams) {
            owned(stream).requireUsable(this, call, 1);
        }
        for (int item = 0; item < symbols.length; item++) {
            sink.accept(item, 0, frequencies(read(owned(streams.get(item)), symbols[item], scope)));
        }
    }

    @Override
    public void close() {
        // Nothing is held but memory.
    }

    private static Stream owned(PredictionStream stream) {
        if (stream instanceof Stream own) {
            return own;
        }
        throw new IllegalArgumentException("the stream was opened by another predictor");
    }

    /** Reads one symbol and returns the residual stream behind the last layer, [hidden]. */
    private float[] read(Stream stream, int symbol, CallScope scope) {
        HostArithmetic.verify();
        float[] x = new float[shape.hidden()];
        Linear.embed(model.embedding(), symbol, x, 0);
        for (int layer = 0; layer < shape.layers(); layer++) {
            scope.throwIfCancelled();
            ExactLayer weights = model.layers().get(layer);
            attend(weights, stream, layer, x);
            feedForward(weights, x);
        }
        stream.advance(1);
        return x;
    }

    private void attend(ExactLayer weights, Stream stream, int layer, float[] x) {
        int position = stream.position();
        int width = shape.headDimension();
        float[] query = normedLinear(weights.query(), x);
        float[] key = normedLinear(weights.key(), x);
        float[] value = normedLinear(weights.value(), x);
        for (int head = 0; head < shape.keyValueHeads(); head++) {
            HeadCache cache = stream.caches[layer][head];
            rotary.rotate(key, head * width, position);
            cache.keyScales[position] = Quantizer.quantise(key, head * width, width, 127, cache.keys, position * width);
            cache.valueScales[position] =
                    Quantizer.quantise(value, head * width, width, 127, cache.values, position * width);
        }
        float[] attended = new float[shape.heads() * width];
        int group = shape.heads() / shape.keyValueHeads();
        for (int head = 0; head < shape.heads(); head++) {
            rotary.rotate(query, head * width, position);
            attendHead(stream.caches[layer][head / group], position + 1, query, attended, head * width);
        }
        addLinear(weights.output(), attended, x);
    }

    private void attendHead(HeadCache cache, int positions, float[] query, float[] attended, int from) {
        int width = shape.headDimension();
        int[] q = new int[width];
        float queryScale = Quantizer.quantise(query, from, width, 127, q, 0) * Attention.scoreScale(width);
        int[] weights = new int[positions];
        for (int j = 0; j < positions; j++) {
            for (int c = 0; c < width; c++) {
                weights[j] += q[c] * cache.keys[j * width + c];
            }
        }
        float scale = Attention.weights(
                weights, positions, queryScale, cache.keyScales, 0, cache.valueScales, 0, new float[positions]);
        for (int c = 0; c < width; c++) {
            int sum = 0;
            for (int j = 0; j < positions; j++) {
                sum += weights[j] * cache.values[j * width + c];
            }
            attended[from + c] = sum * scale;
        }
    }

    private void feedForward(ExactLayer weights, float[] x) {
        float[] gate = normedLinear(weights.gate(), x);
        float[] up = normedLinear(weights.up(), x);
        for (int i = 0; i < gate.length; i++) {
            gate[i] = SiLu.gated(gate[i], up[i]);
        }
        addLinear(weights.down(), gate, x);
    }

    private CumulativeFrequencies frequencies(float[] x) {
        row.fill(normedLinear(model.head(), x), 0);
        return row;
    }

    private float[] normedLinear(QuantizedMatrix matrix, float[] x) {
        int[] q = new int[x.length];
        float factor = RmsNorm.factor(x, 0, x.length, shape.normEpsilon());
        float a = RmsNorm.quantise(x, 0, x.length, factor, matrix.input().largest(), q, 0);
        float[] y = new float[matrix.rows()];
        Linear.apply(matrix, q, 0, a, y, 0);
        return y;
    }

    /** {@code x = fl(x + y)} with y the matrix applied to the input. */
    private static void addLinear(QuantizedMatrix matrix, float[] input, float[] x) {
        int[] q = new int[input.length];
        float s = Quantizer.quantise(input, 0, input.length, matrix.input().largest(), q, 0);
        float[] y = new float[matrix.rows()];
        Linear.apply(matrix, q, 0, s, y, 0);
        for (int i = 0; i < x.length; i++) {
            x[i] += y[i];
        }
    }

    /** Keys and values of one head of one layer: [window, headDimension] and their scales. */
    private static final class HeadCache {
        final int[] keys;
        final int[] values;
        final float[] keyScales;
        final float[] valueScales;

        HeadCache(int windowTokens, int width) {
            keys = new int[windowTokens * width];
            values = new int[windowTokens * width];
            keyScales = new float[windowTokens];
            valueScales = new float[windowTokens];
        }
    }

    private static final class Stream extends BudgetedStream {
        HeadCache[][] caches; // [layers][keyValueHeads]

        Stream(PlainPredictor owner, int windowTokens, CallScope scope) {
            super(owner, windowTokens, scope);
            ModelShape shape = owner.shape;
            caches = new HeadCache[shape.layers()][shape.keyValueHeads()];
            for (HeadCache[] layer : caches) {
                for (int head = 0; head < layer.length; head++) {
                    layer[head] = new HeadCache(windowTokens, shape.headDimension());
                }
            }
        }

        @Override
        protected void release() {
            caches = new HeadCache[0][];
        }
    }
}
