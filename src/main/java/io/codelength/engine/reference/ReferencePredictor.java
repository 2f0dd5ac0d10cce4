package io.codelength.engine.reference;

import io.codelength.exact.ActivationWidth;
import io.codelength.exact.Attention;
import io.codelength.exact.HostArithmetic;
import io.codelength.exact.Linear;
import io.codelength.exact.Quantizer;
import io.codelength.exact.RmsNorm;
import io.codelength.exact.RotaryTable;
import io.codelength.exact.SiLu;
import io.codelength.limit.CallScope;
import io.codelength.model.ExactLayer;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import io.codelength.predict.BudgetedStream;
import io.codelength.predict.CumulativeFrequencies;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RowSink;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A model in the reference engine. Whatever is asked, prefill or step, becomes blocks of at most {@link #BLOCK_ROWS} rows: a
 * row is one symbol at one position of one stream. A block goes through the layers together, so that its rows share the
 * weights; a row sees what its stream's earlier rows stored, in this block or before.
 */
final class ReferencePredictor implements Predictor {
    /** Rows that share a pass over the weights, and rows of frequencies that exist at once. */
    static final int BLOCK_ROWS = 32;

    // Rows of one tile that one work item multiplies: small enough to keep two threads busy on matrices of two tiles.
    private static final int ITEM_ROWS = 8;

    private final ExactModel model;
    private final ModelShape shape;
    private final Workers workers;
    private final RotaryTable rotary;
    private final float scoreScale;
    private final Layer[] layers;
    private final PackedMatrix head;
    private final Object lock = new Object();
    private boolean busy;
    private boolean closed;
    private long calls;

    // The block at hand: rows of [rows, width] arrays.
    private final ReferenceStream[] rowStreams = new ReferenceStream[BLOCK_ROWS];
    private final int[] rowPositions = new int[BLOCK_ROWS];
    private final int[] rowSymbols = new int[BLOCK_ROWS];
    private final int[] rowItems = new int[BLOCK_ROWS];
    private final int[] rowIndices = new int[BLOCK_ROWS];
    private final boolean[] rowWanted = new boolean[BLOCK_ROWS];
    private int rows;

    private final float[] residual;
    private final float[] queries;
    private final float[] keys;
    private final float[] values;
    private final float[] attended;
    private final float[] gates;
    private final float[] ups;
    private final Map<ActivationWidth, QuantizedRows> normed;
    private final Map<ActivationWidth, QuantizedRows> outputInputs;
    private final Map<ActivationWidth, QuantizedRows> downInputs;
    private final float[] logits; // [wanted rows, head rows]
    private final CumulativeFrequencies[] frequencies;
    private final WorkerMemory[] memories;

    // What the tasks below read; set before each run.
    private int layerIndex;
    private Layer layer;
    private int rowGroups;
    private final int[] wantedRows = new int[BLOCK_ROWS];
    private int wanted;

    // The tasks, made once so that a step allocates nothing.
    private final Workers.Task embedTask = this::embed;
    private final Workers.Task normAttentionTask = (row, worker) -> norm(row, layer.attentionWidths);
    private final Workers.Task projectTask = this::project;
    private final Workers.Task storeTask = this::store;
    private final Workers.Task attendTask = this::attend;
    private final Workers.Task quantiseAttendedTask = this::quantiseAttended;
    private final Workers.Task outputTask = this::output;
    private final Workers.Task normFeedForwardTask = (row, worker) -> norm(row, layer.feedForwardWidths);
    private final Workers.Task gateTask = this::gateAndUp;
    private final Workers.Task activateTask = this::activate;
    private final Workers.Task downTask = this::down;
    private final Workers.Task normHeadTask = this::normHead;
    private final Workers.Task headTask = this::multiplyHead;
    private final Workers.Task frequencyTask = this::makeFrequencies;

    ReferencePredictor(ExactModel model, int threads) {
        this.model = model;
        this.shape = model.shape();
        rotary = new RotaryTable(model.inverseFrequencies(), shape.contextTokens());
        scoreScale = Attention.scoreScale(shape.headDimension());
        layers = model.layers().stream().map(Layer::new).toArray(Layer[]::new);
        layer = layers[0];
        head = new PackedMatrix(model.head());
        int attentionWidth = shape.heads() * shape.headDimension();
        int keyValueWidth = shape.keyValueHeads() * shape.headDimension();
        residual = new float[BLOCK_ROWS * shape.hidden()];
        queries = new float[BLOCK_ROWS * attentionWidth];
        keys = new float[BLOCK_ROWS * keyValueWidth];
        values = new float[BLOCK_ROWS * keyValueWidth];
        attended = new float[BLOCK_ROWS * attentionWidth];
        gates = new float[BLOCK_ROWS * shape.feedForward()];
        ups = new float[BLOCK_ROWS * shape.feedForward()];
        normed = rowsByWidth(shape.hidden());
        outputInputs = rowsByWidth(attentionWidth);
        downInputs = rowsByWidth(shape.feedForward());
        logits = new float[BLOCK_ROWS * head.rows()];
        frequencies = new CumulativeFrequencies[BLOCK_ROWS];
        for (int row = 0; row < BLOCK_ROWS; row++) {
            frequencies[row] = new CumulativeFrequencies(model.headSymbols(), model.symbolCount());
        }
        workers = new Workers(threads, "codelength-reference");
        memories = new WorkerMemory[threads];
        for (int worker = 0; worker < threads; worker++) {
            memories[worker] = new WorkerMemory(shape);
        }
    }

    private static Map<ActivationWidth, QuantizedRows> rowsByWidth(int columns) {
        Map<ActivationWidth, QuantizedRows> rows = new EnumMap<>(ActivationWidth.class);
        for (ActivationWidth width : ActivationWidth.values()) {
            rows.put(width, new QuantizedRows(BLOCK_ROWS, columns, width.largest()));
        }
        return rows;
    }

    @Override
    public ExactModel model() {
        return model;
    }

    @Override
    public long streamBytes(int windowTokens) {
        return ReferenceStream.bytes(shape, windowTokens);
    }

    @Override
    public PredictionStream open(int windowTokens, CallScope scope) {
        return new ReferenceStream(this, windowTokens, scope);
    }

    @Override
    public void prefill(List<Passage> passages, RowSink sink, CallScope scope) {
        synchronized (lock) {
            begin();
            try {
                for (Passage passage : passages) {
                    BudgetedStream.requireSymbols(passage.symbols(), model.startSymbol());
                    owned(passage.stream()).requireUsable(this, calls, passage.symbols().length);
                }
                for (int item = 0; item < passages.size(); item++) {
                    Passage passage = passages.get(item);
                    ReferenceStream stream = owned(passage.stream());
                    int start = stream.position();
                    for (int index = 0; index < passage.symbols().length; index++) {
                        boolean isWanted = index >= passage.firstRow();
                        addRow(stream, start + index, passage.symbols()[index], item, index, isWanted, sink, scope);
                    }
                }
                readBlock(sink, scope);
            } finally {
                end();
            }
        }
    }

    @Override
    public void step(List<? extends PredictionStream> streams, int[] symbols, RowSink sink, CallScope scope) {
        if (streams.size() != symbols.length) {
            throw new IllegalArgumentException("%d streams, %d symbols".formatted(streams.size(), symbols.length));
        }
        synchronized (lock) {
            begin();
            try {
                BudgetedStream.requireSymbols(symbols, model.startSymbol());
                for (int item = 0; item < symbols.length; item++) {
                    owned(streams.get(item)).requireUsable(this, calls, 1);
                }
                for (int item = 0; item < symbols.length; item++) {
                    ReferenceStream stream = owned(streams.get(item));
                    addRow(stream, stream.position(), symbols[item], item, 0, true, sink, scope);
                }
                readBlock(sink, scope);
            } finally {
                end();
            }
        }
    }

    @Override
    public void close() {
        synchronized (lock) {
            closed = true;
            workers.close();
        }
    }

    private void begin() {
        if (busy) {
            throw new IllegalStateException("a sink called the predictor that was calling it");
        }
        if (closed) {
            throw new IllegalStateException("the predictor is closed");
        }
        busy = true;
        calls++;
        rows = 0;
    }

    private void end() {
        busy = false;
        // The predictor must not keep a caller's streams alive.
        Arrays.fill(rowStreams, null);
    }

    private static ReferenceStream owned(PredictionStream stream) {
        if (stream instanceof ReferenceStream own) {
            return own;
        }
        throw new IllegalArgumentException("the stream was opened by another predictor");
    }

    private void addRow(
            ReferenceStream stream,
            int position,
            int symbol,
            int item,
            int index,
            boolean isWanted,
            RowSink sink,
            CallScope scope) {
        rowStreams[rows] = stream;
        rowPositions[rows] = position;
        rowSymbols[rows] = symbol;
        rowItems[rows] = item;
        rowIndices[rows] = index;
        rowWanted[rows] = isWanted;
        rows++;
        if (rows == BLOCK_ROWS) {
            readBlock(sink, scope);
        }
    }

    /** Takes the collected rows through the model and hands on what is wanted of them. */
    private void readBlock(RowSink sink, CallScope scope) {
        if (rows == 0) {
            return;
        }
        rowGroups = (rows + ITEM_ROWS - 1) / ITEM_ROWS;
        workers.run(rows, embedTask);
        for (layerIndex = 0; layerIndex < layers.length; layerIndex++) {
            scope.throwIfCancelled();
            layer = layers[layerIndex];
            readLayer();
        }
        wanted = 0;
        for (int row = 0; row < rows; row++) {
            rowStreams[row].advance(1);
            if (rowWanted[row]) {
                wantedRows[wanted++] = row;
            }
        }
        if (wanted > 0) {
            scope.throwIfCancelled();
            rowGroups = (wanted + ITEM_ROWS - 1) / ITEM_ROWS;
            workers.run(wanted, normHeadTask);
            workers.run(head.tiles() * rowGroups, headTask);
            workers.run(wanted, frequencyTask);
            for (int i = 0; i < wanted; i++) {
                int row = wantedRows[i];
                sink.accept(rowItems[row], rowIndices[row], frequencies[i]);
            }
        }
        rows = 0;
    }

    private void readLayer() {
        workers.run(rows, normAttentionTask);
        workers.run((layer.query.tiles() + layer.key.tiles() + layer.value.tiles()) * rowGroups, projectTask);
        workers.run(shape.keyValueHeads(), storeTask);
        workers.run(rows * shape.heads(), attendTask);
        workers.run(rows, quantiseAttendedTask);
        workers.run(layer.output.tiles() * rowGroups, outputTask);
        workers.run(rows, normFeedForwardTask);
        workers.run((layer.gate.tiles() + layer.up.tiles()) * rowGroups, gateTask);
        workers.run(rows, activateTask);
        workers.run(layer.down.tiles() * rowGroups, downTask);
    }

    private void embed(int row, int worker) {
        if (worker != 0 || row == 0) {
            // Once a block and thread or more often: a library may have changed this thread's arithmetic meanwhile.
            HostArithmetic.verify();
        }
        Linear.embed(model.embedding(), rowSymbols[row], residual, row * shape.hidden());
    }

    private void norm(int row, ActivationWidth[] widths) {
        int from = row * shape.hidden();
        float factor = RmsNorm.factor(residual, from, shape.hidden(), shape.normEpsilon());
        for (ActivationWidth width : widths) {
            rows(normed, width).quantiseNormed(row, residual, from, factor);
        }
    }

    private static QuantizedRows rows(Map<ActivationWidth, QuantizedRows> byWidth, ActivationWidth width) {
        return Objects.requireNonNull(byWidth.get(width), "every width has rows");
    }

    private void project(int item, int worker) {
        int tile = item / rowGroups;
        int group = item % rowGroups;
        if (tile < layer.query.tiles()) {
            multiply(layer.query, tile, group, rows(normed, layer.query.input()), worker, queries, false);
            return;
        }
        tile -= layer.query.tiles();
        if (tile < layer.key.tiles()) {
            multiply(layer.key, tile, group, rows(normed, layer.key.input()), worker, keys, false);
            return;
        }
        tile -= layer.key.tiles();
        multiply(layer.value, tile, group, rows(normed, layer.value.input()), worker, values, false);
    }

    /** Rotates, quantises and stores the keys and values of one head, of all rows: neighbours share words of the cache. */
    private void store(int head, int worker) {
        WorkerMemory memory = memories[worker];
        int width = shape.headDimension();
        int stride = shape.keyValueHeads() * width;
        for (int row = 0; row < rows; row++) {
            int from = row * stride + head * width;
            rotary.rotate(keys, from, rowPositions[row]);
            float keyScale = Quantizer.quantise(keys, from, width, 127, memory.key, 0);
            float valueScale = Quantizer.quantise(values, from, width, 127, memory.value, 0);
            rowStreams[row]
                    .cache(layerIndex, head)
                    .store(rowPositions[row], memory.key, keyScale, memory.value, valueScale);
        }
    }

    private void attend(int item, int worker) {
        int row = item / shape.heads();
        int queryHead = item % shape.heads();
        int width = shape.headDimension();
        int from = row * shape.heads() * width + queryHead * width;
        int position = rowPositions[row];
        int positions = position + 1;
        ReferenceStream.HeadCache cache =
                rowStreams[row].cache(layerIndex, queryHead / (shape.heads() / shape.keyValueHeads()));
        WorkerMemory memory = memories[worker];

        rotary.rotate(queries, from, position);
        int[] q = memory.query;
        float queryScale = Quantizer.quantise(queries, from, width, 127, q, 0) * scoreScale;
        int[] weights = memory.weights;
        Arrays.fill(weights, 0, positions, -128 * sum(q, width));
        for (int quad = 0; quad < cache.keys.length; quad++) {
            int c = 4 * quad;
            MultiplyAdd.packed(cache.keys[quad], q[c], q[c + 1], q[c + 2], q[c + 3], weights, positions);
        }
        float scale = Attention.weights(
                weights, positions, queryScale, cache.keyScales, 0, cache.valueScales, 0, memory.floats);
        // The last word holds up to three positions that are not seen, or not yet written: their weight is 0.
        Arrays.fill(weights, positions, (positions + 3) / 4 * 4, 0);
        int[] sums = memory.sums;
        Arrays.fill(sums, 0, width, -128 * sum(weights, positions));
        for (int j = 0; j < positions; j += 4) {
            MultiplyAdd.packed(
                    cache.values[j >> 2], weights[j], weights[j + 1], weights[j + 2], weights[j + 3], sums, width);
        }
        for (int c = 0; c < width; c++) {
            attended[from + c] = sums[c] * scale;
        }
    }

    private static int sum(int[] integers, int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += integers[i];
        }
        return sum;
    }

    private void quantiseAttended(int row, int worker) {
        int columns = shape.heads() * shape.headDimension();
        rows(outputInputs, layer.output.input()).quantise(row, attended, row * columns);
    }

    private void output(int item, int worker) {
        QuantizedRows in = rows(outputInputs, layer.output.input());
        multiply(layer.output, item / rowGroups, item % rowGroups, in, worker, residual, true);
    }

    private void gateAndUp(int item, int worker) {
        int tile = item / rowGroups;
        int group = item % rowGroups;
        if (tile < layer.gate.tiles()) {
            multiply(layer.gate, tile, group, rows(normed, layer.gate.input()), worker, gates, false);
        } else {
            tile -= layer.gate.tiles();
            multiply(layer.up, tile, group, rows(normed, layer.up.input()), worker, ups, false);
        }
    }

    private void activate(int row, int worker) {
        int from = row * shape.feedForward();
        for (int i = from; i < from + shape.feedForward(); i++) {
            gates[i] = SiLu.gated(gates[i], ups[i]);
        }
        rows(downInputs, layer.down.input()).quantise(row, gates, from);
    }

    private void down(int item, int worker) {
        QuantizedRows in = rows(downInputs, layer.down.input());
        multiply(layer.down, item / rowGroups, item % rowGroups, in, worker, residual, true);
    }

    private void normHead(int index, int worker) {
        int from = wantedRows[index] * shape.hidden();
        float factor = RmsNorm.factor(residual, from, shape.hidden(), shape.normEpsilon());
        rows(normed, head.input()).quantiseNormed(index, residual, from, factor);
    }

    private void multiplyHead(int item, int worker) {
        int rowFrom = item % rowGroups * ITEM_ROWS;
        int rowTo = Math.min(wanted, rowFrom + ITEM_ROWS);
        QuantizedRows in = rows(normed, head.input());
        head.multiply(item / rowGroups, in, rowFrom, rowTo, memories[worker].products, logits, head.rows(), false);
    }

    private void makeFrequencies(int index, int worker) {
        frequencies[index].fill(logits, index * head.rows());
    }

    private void multiply(
            PackedMatrix matrix, int tile, int group, QuantizedRows in, int worker, float[] y, boolean add) {
        int rowFrom = group * ITEM_ROWS;
        int rowTo = Math.min(rows, rowFrom + ITEM_ROWS);
        matrix.multiply(tile, in, rowFrom, rowTo, memories[worker].products, y, matrix.rows(), add);
    }

    /** One layer's matrices, and the widths to which its two norms must be quantised. */
    private static final class Layer {
        final PackedMatrix query;
        final PackedMatrix key;
        final PackedMatrix value;
        final PackedMatrix output;
        final PackedMatrix gate;
        final PackedMatrix up;
        final PackedMatrix down;
        final ActivationWidth[] attentionWidths;
        final ActivationWidth[] feedForwardWidths;

        Layer(ExactLayer layer) {
            query = new PackedMatrix(layer.query());
            key = new PackedMatrix(layer.key());
            value = new PackedMatrix(layer.value());
            output = new PackedMatrix(layer.output());
            gate = new PackedMatrix(layer.gate());
            up = new PackedMatrix(layer.up());
            down = new PackedMatrix(layer.down());
            attentionWidths = distinct(query.input(), key.input(), value.input());
            feedForwardWidths = distinct(gate.input(), up.input());
        }

        private static ActivationWidth[] distinct(ActivationWidth... widths) {
            return Arrays.stream(widths).distinct().toArray(ActivationWidth[]::new);
        }
    }

    /** What one thread needs beside the block's arrays. */
    private static final class WorkerMemory {
        final PackedMatrix.Scratch products = new PackedMatrix.Scratch();
        final int[] query; // padded with zeros to a multiple of four, as are key and value
        final int[] key;
        final int[] value;
        final int[] sums;
        final int[] weights;
        final float[] floats;

        WorkerMemory(ModelShape shape) {
            int padded = (shape.headDimension() + 3) / 4 * 4;
            query = new int[padded];
            key = new int[padded];
            value = new int[padded];
            sums = new int[padded];
            weights = new int[shape.contextTokens() + 4];
            floats = new float[shape.contextTokens()];
        }
    }
}
