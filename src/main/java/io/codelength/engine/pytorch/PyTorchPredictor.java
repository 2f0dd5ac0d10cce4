package io.codelength.engine.pytorch;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDManager;
import io.codelength.exact.HostArithmetic;
import io.codelength.limit.CallScope;
import io.codelength.limit.MemoryBudget;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import io.codelength.predict.BudgetedStream;
import io.codelength.predict.CumulativeFrequencies;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RowSink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A model on PyTorch. Calls are served one after another; tensors are touched on the runtime's thread only, rows are handed
 * over on the caller's.
 */
final class PyTorchPredictor implements Predictor {
    /** The most rows of logits in memory at once. */
    static final int LOGIT_ROWS = 32;

    private static final int STAGING_BYTES = 1 << 22;

    private final PyTorchRuntime runtime;
    private final int threads;
    private final ExactModel model;
    private final ModelShape shape;
    private final PtNDManager manager;
    private final Staging staging;
    private final LoadedModel loaded;
    private final Map<Integer, CachePool> pools = new HashMap<>();
    /** Held for a whole call: the buffers below, the staging memory and the batch belong to one call at a time. */
    private final ReentrantLock lock = new ReentrantLock(true);

    private final float[] logits;
    private final CumulativeFrequencies row;
    private int chunkCount;
    private long calls;
    private boolean closed;

    /** Loads the model's tensors onto a device. */
    PyTorchPredictor(PyTorchRuntime runtime, Device device, int threads, ExactModel model) {
        this.runtime = runtime;
        this.threads = threads;
        this.model = model;
        this.shape = model.shape();
        this.staging = new Staging(STAGING_BYTES);
        this.manager = runtime.newManager(device);
        try {
            this.loaded = runtime.call(threads, () -> new LoadedModel(manager, staging, model));
        } catch (RuntimeException | Error failure) {
            manager.close();
            throw failure;
        }
        this.logits = new float[Math.multiplyExact(LOGIT_ROWS, model.head().rows())];
        this.row = new CumulativeFrequencies(model.headSymbols(), model.symbolCount());
    }

    @Override
    public ExactModel model() {
        return model;
    }

    @Override
    public long streamBytes(int windowTokens) {
        return CacheChunk.streamBytes(shape, windowTokens);
    }

    @Override
    public PredictionStream open(int windowTokens, CallScope scope) {
        CachePool pool = pool(windowTokens);
        PyTorchStream stream = new PyTorchStream(this, pool, windowTokens, scope);
        pool.open(stream);
        return stream;
    }

    private CachePool pool(int windowTokens) {
        synchronized (pools) {
            return pools.computeIfAbsent(
                    windowTokens,
                    window -> new CachePool(
                            slots -> runtime.call(
                                    threads, () -> new CacheChunk(manager, shape, chunkCount++, window, slots)),
                            chunk -> runtime.later(chunk::free)));
        }
    }

    @Override
    public void prefill(List<Passage> passages, RowSink sink, CallScope scope) {
        try (Call call = new Call(scope)) {
            List<PyTorchStream> streams = new ArrayList<>(passages.size());
            for (Passage passage : passages) {
                BudgetedStream.requireSymbols(passage.symbols(), model.startSymbol());
                streams.add(call.usable(passage.stream(), passage.symbols().length));
            }
            call.place(streams);
            Batch.Builder builder = new Batch.Builder(shape);
            for (int item = 0; item < passages.size(); item++) {
                Passage passage = passages.get(item);
                PyTorchStream stream = streams.get(item);
                int start = stream.position();
                int length = passage.symbols().length;
                int count;
                for (int from = 0; from < length; from += count) {
                    count = Math.min(builder.room(), length - from);
                    builder.add(stream, passage, item, from, count, start + from);
                    if (builder.room() == 0) {
                        run(builder.build(), sink, scope);
                        builder = new Batch.Builder(shape);
                    }
                }
            }
            if (!builder.isEmpty()) {
                run(builder.build(), sink, scope);
            }
        }
    }

    @Override
    public void step(List<? extends PredictionStream> streams, int[] symbols, RowSink sink, CallScope scope) {
        if (streams.size() != symbols.length) {
            throw new IllegalArgumentException("%d streams and %d symbols".formatted(streams.size(), symbols.length));
        }
        try (Call call = new Call(scope)) {
            BudgetedStream.requireSymbols(symbols, model.startSymbol());
            List<PyTorchStream> ours = new ArrayList<>(streams.size());
            for (PredictionStream stream : streams) {
                ours.add(call.usable(stream, 1));
            }
            call.place(ours);
            for (int from = 0; from < symbols.length; from += Batch.MOST_ROWS) {
                int count = Math.min(Batch.MOST_ROWS, symbols.length - from);
                run(Batch.step(shape, ours, symbols, from, count), sink, scope);
            }
        }
    }

    /** Holds the lock and the memory of one call. */
    private final class Call implements AutoCloseable {
        private final long number;
        private final MemoryBudget.Reservation work;

        Call(CallScope scope) {
            if (lock.isHeldByCurrentThread()) {
                throw new IllegalStateException("a row sink must not call the predictor that feeds it");
            }
            HostArithmetic.verify();
            lock.lock();
            try {
                if (closed) {
                    throw new IllegalStateException("the predictor of model %s was closed".formatted(model.name()));
                }
                scope.throwIfCancelled();
                number = calls++;
                work = scope.memory().reserve(workBytes(), "the work of a prediction");
            } catch (RuntimeException | Error failure) {
                lock.unlock();
                throw failure;
            }
        }

        PyTorchStream usable(PredictionStream stream, int symbols) {
            if (!(stream instanceof PyTorchStream ours)) {
                throw new IllegalArgumentException("the stream was opened by another predictor");
            }
            ours.requireUsable(PyTorchPredictor.this, number, symbols);
            return ours;
        }

        /** Gives each stream memory for its cache, if it has none yet. */
        void place(List<PyTorchStream> streams) {
            for (PyTorchStream stream : streams) {
                stream.pool().placeAll();
            }
        }

        @Override
        public void close() {
            work.close();
            lock.unlock();
        }
    }

    /** An upper estimate of what one batch holds at once beside caches and matrices, logits included. */
    private long workBytes() {
        long width = 4L * shape.hidden()
                + 4L * (shape.heads() + 2L * shape.keyValueHeads()) * shape.headDimension()
                + 8L * shape.feedForward();
        long scores = Math.max(Batch.GROUP_SCORES, 16L * shape.heads() * shape.contextTokens());
        return Float.BYTES * (Batch.MOST_ROWS * width + 12 * scores + 3L * logits.length);
    }

    private void run(Batch batch, RowSink sink, CallScope scope) {
        scope.throwIfCancelled();
        try (PtNDManager call = manager.newSubManager(manager.getDevice())) {
            ForwardPass pass = new ForwardPass(loaded, staging, call);
            Quantized rows = runtime.call(threads, () -> {
                staging.reset();
                return pass.read(batch, scope);
            });
            for (Batch.Read read : batch.reads()) {
                read.stream().advance(read.symbols());
            }
            if (rows != null) {
                predict(batch.answers(), pass, rows, sink, scope);
            }
        }
    }

    private void predict(List<Batch.Answer> answers, ForwardPass pass, Quantized rows, RowSink sink, CallScope scope) {
        for (int first = 0; first < answers.size(); first += LOGIT_ROWS) {
            scope.throwIfCancelled();
            int from = first;
            int count = Math.min(LOGIT_ROWS, answers.size() - from);
            runtime.call(threads, () -> {
                pass.logits(rows, from, count, logits);
                return true;
            });
            for (int i = 0; i < count; i++) {
                Batch.Answer answer = answers.get(from + i);
                row.fill(logits, i * model.head().rows());
                sink.accept(answer.item(), answer.index(), row);
            }
        }
    }

    /** Tensors that outlive calls: matrices and tables, not caches. For tests. */
    int lastingTensors() {
        return manager.getManagedArrays().size();
    }

    /** Slots of cache allocated. For tests. */
    int allocatedSlots() {
        synchronized (pools) {
            return pools.values().stream().mapToInt(CachePool::slots).sum();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (!closed) {
                closed = true;
                runtime.call(threads, () -> {
                    manager.close();
                    return true;
                });
            }
        } finally {
            lock.unlock();
        }
    }
}
