package io.codelength.engine.cpu;

import com.sun.jna.Pointer;
import io.codelength.coding.IntervalSequence;
import io.codelength.coding.RangeDecoder;
import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import io.codelength.predict.BudgetedStream;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RowSink;
import io.codelength.predict.SharedSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * A model in the native engine. Whatever is asked, prefill or step, becomes calls of at most {@link Kernels#ROWS_MAX} rows,
 * each a symbol at one position of one stream; between calls the wish to stop is heard.
 */
final class CpuPredictor implements Predictor {
    /** More weights than usual processors keep: they come from memory, and the more streams share them the better. */
    private static final long CACHED_WEIGHTS_BYTES = 16L << 20;

    /** Streams come in such numbers, those of the lanes that share a coder; so many share what is read of the weights well. */
    private static final int STREAMS_STEP = 8;

    private final ExactModel model;
    private final int threads;
    private final long cacheBytes;
    private final KernelFunctions kernels;
    private final Pointer pointer;
    private final HeadSymbols headSymbols;
    private final NativeCoding coding;
    private final Handover handover;
    private final NativeRow[] outputs = new NativeRow[Kernels.ROWS_MAX];
    private final Object lock = new Object();
    private boolean busy;
    private boolean closed;
    private long calls;

    // The rows of the next call.
    private final CpuStream[] rowStreams = new CpuStream[Kernels.ROWS_MAX];
    private final long[] addresses = new long[Kernels.ROWS_MAX];
    private final int[] positions = new int[Kernels.ROWS_MAX];
    private final int[] symbols = new int[Kernels.ROWS_MAX];
    private final byte[] wanted = new byte[Kernels.ROWS_MAX];
    private final int[] items = new int[Kernels.ROWS_MAX];
    private final int[] indices = new int[Kernels.ROWS_MAX];
    private int rows;

    CpuPredictor(ExactModel model, String path, int threads) {
        this(Kernels.get(), model, path, threads, Kernels.get().cl_shared_cache_bytes() / 2);
    }

    /**
     * @param cacheBytes what keys and values should stay within while streams are stepped, since memory is several times slower:
     *     half of the third-level cache, which weights and others share
     */
    CpuPredictor(KernelFunctions kernels, ExactModel model, String path, int threads, long cacheBytes) {
        this(
                kernels,
                model,
                NativeModel.create(kernels, model, path, threads),
                new HeadSymbols(model.headSymbols(), model.symbolCount()),
                threads,
                model.productsPerSymbol() > Math.min(cacheBytes, CACHED_WEIGHTS_BYTES) ? 0 : cacheBytes);
        headSymbols.give(kernels, pointer);
    }

    private CpuPredictor(
            KernelFunctions kernels,
            ExactModel model,
            Pointer pointer,
            HeadSymbols headSymbols,
            int threads,
            long cacheBytes) {
        this.kernels = kernels;
        this.model = model;
        this.pointer = pointer;
        this.headSymbols = headSymbols;
        this.threads = threads;
        this.cacheBytes = cacheBytes;
        coding = new NativeCoding(kernels, pointer);
        handover = new Handover(threads);
        int stride = kernels.cl_exponential_stride(pointer);
        int blocks = kernels.cl_blocks(pointer);
        Pointer exponentials = kernels.cl_exponentials(pointer);
        Pointer sums = kernels.cl_sums(pointer);
        for (int row = 0; row < outputs.length; row++) {
            outputs[row] = new NativeRow(
                    headSymbols, blocks, exponentials.share(4L * stride * row), sums.share(8L * (blocks + 1) * row));
        }
    }

    @Override
    public ExactModel model() {
        return model;
    }

    @Override
    public long streamBytes(int windowTokens) {
        synchronized (lock) {
            requireOpen();
            return kernels.cl_stream_bytes(pointer, windowTokens);
        }
    }

    @Override
    public int streamsTogether(int windowTokens) {
        if (cacheBytes == 0) {
            return Kernels.ROWS_MAX;
        }
        long fitting = cacheBytes / streamBytes(windowTokens);
        return (int) Math.min(Kernels.ROWS_MAX, (fitting / STREAMS_STEP + 1) * STREAMS_STEP);
    }

    /** Of weights that no cache holds one reading serves all streams, so threads stay together. */
    @Override
    public int threadsApart() {
        return cacheBytes == 0 ? 1 : threads;
    }

    @Override
    public Predictor alone() {
        synchronized (lock) {
            requireOpen();
            if (threadsApart() == 1) {
                throw new UnsupportedOperationException("one thread, or weights that threads had better read together");
            }
            Pointer shared = kernels.cl_model_share(pointer, 1);
            if (shared == null) {
                throw new OutOfMemoryError("no native memory for a pass of model %s".formatted(model.name()));
            }
            return new CpuPredictor(kernels, model, shared, headSymbols, 1, cacheBytes / threads);
        }
    }

    @Override
    public PredictionStream open(int windowTokens, CallScope scope) {
        synchronized (lock) {
            requireOpen();
            return new CpuStream(this, kernels, pointer, windowTokens, scope);
        }
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
                    CpuStream stream = owned(passage.stream());
                    int start = stream.position();
                    for (int index = 0; index < passage.symbols().length; index++) {
                        boolean isWanted = index >= passage.firstRow();
                        addRow(stream, start + index, passage.symbols()[index], item, index, isWanted, sink, scope);
                    }
                }
                read(sink, scope);
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
                    CpuStream stream = owned(streams.get(item));
                    addRow(stream, stream.position(), symbols[item], item, 0, true, sink, scope);
                }
                read(sink, scope);
            } finally {
                end();
            }
        }
    }

    @Override
    public List<byte[]> encode(List<IntervalSequence> sequences) {
        int[] ends = new int[sequences.size()];
        int count = 0;
        for (int i = 0; i < ends.length; i++) {
            count = Math.addExact(count, sequences.get(i).count());
            ends[i] = count;
        }
        long[] below = new long[count];
        long[] frequency = new long[count];
        long[] total = new long[count];
        for (int i = 0; i < ends.length; i++) {
            sequences.get(i).copyTo(below, frequency, total, i == 0 ? 0 : ends[i - 1]);
        }
        byte[] payload = new byte[Math.addExact(Math.multiplyExact(RangeDecoder.SYMBOL_BYTES_MAX, count), ends.length)];
        long[] payloadEnds = new long[ends.length];
        int code = kernels.cl_encode(ends.length, ends, below, frequency, total, payload, payload.length, payloadEnds);
        if (code != 0) {
            throw new IllegalStateException(
                    "invariant broken: the kernels refused %d intervals with code %d".formatted(count, code));
        }
        List<byte[]> payloads = new ArrayList<>(ends.length);
        for (int i = 0; i < ends.length; i++) {
            payloads.add(Arrays.copyOfRange(payload, i == 0 ? 0 : (int) payloadEnds[i - 1], (int) payloadEnds[i]));
        }
        return payloads;
    }

    @Override
    public void close() {
        synchronized (lock) {
            if (busy) {
                throw new IllegalStateException("a sink closed the predictor that was calling it");
            }
            if (!closed) {
                closed = true;
                handover.close();
                kernels.cl_model_free(pointer);
            }
        }
    }

    private void begin() {
        if (busy) {
            throw new IllegalStateException("a sink called the predictor that was calling it");
        }
        requireOpen();
        busy = true;
        calls++;
        rows = 0;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the predictor is closed");
        }
    }

    private void end() {
        busy = false;
        rows = 0;
    }

    private static CpuStream owned(PredictionStream stream) {
        if (stream instanceof CpuStream own) {
            return own;
        }
        throw new IllegalArgumentException("the stream was opened by another predictor");
    }

    private void addRow(
            CpuStream stream,
            int position,
            int symbol,
            int item,
            int index,
            boolean isWanted,
            RowSink sink,
            CallScope scope) {
        rowStreams[rows] = stream;
        addresses[rows] = stream.address();
        positions[rows] = position;
        symbols[rows] = symbol;
        items[rows] = item;
        indices[rows] = index;
        wanted[rows] = (byte) (isWanted ? 1 : 0);
        rows++;
        if (rows == Kernels.ROWS_MAX) {
            read(sink, scope);
        }
    }

    /** Takes the collected rows through the model and hands on what is wanted of them. */
    private void read(RowSink sink, CallScope scope) {
        if (rows == 0) {
            return;
        }
        scope.throwIfCancelled();
        int code = coding.ask(sink, rows, wanted, items, indices)
                ? kernels.cl_read_coded(pointer, rows, addresses, positions, symbols, wanted)
                : kernels.cl_read(pointer, rows, addresses, positions, symbols, wanted);
        if (code == Kernels.NO_MEMORY) {
            throw new OutOfMemoryError("no native memory for a larger key-value cache");
        }
        if (code != 0) {
            throw new IllegalStateException(
                    "invariant broken: the kernels refused a call of %d rows with code %d".formatted(rows, code));
        }
        int count = rows;
        rows = 0;
        for (int row = 0; row < count; row++) {
            rowStreams[row].advance(1);
        }
        coding.resume();
        if (sink instanceof SharedSink shared && handover.parts() > 1 && hasTwoCallers(shared, count)) {
            handover.run(part -> deliver(sink, count, item -> shared.caller(item) % handover.parts() == part));
        } else {
            deliver(sink, count, item -> true);
        }
    }

    private boolean hasTwoCallers(SharedSink sink, int count) {
        for (int row = 1; row < count; row++) {
            if (sink.caller(items[row]) != sink.caller(items[0])) {
                return true;
            }
        }
        return false;
    }

    private void deliver(RowSink sink, int count, IntPredicate ofItems) {
        int slot = 0;
        for (int row = 0; row < count; row++) {
            if (wanted[row] != 0) {
                if (ofItems.test(items[row])) {
                    coding.deliver(sink, slot, items[row], indices[row], outputs[slot]);
                }
                slot++;
            }
        }
    }
}
