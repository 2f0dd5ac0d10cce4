package io.codelength.predict.schedule;

import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import io.codelength.model.TinyModels;
import io.codelength.predict.BudgetedStream;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RowSink;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * A quick engine whose rows depend on every symbol that a stream has read: a stream is a number into which symbols are
 * folded. Insists on what the scheduler promises to engines: one call at a time, every stream once in it.
 */
final class FoldingPredictor implements Predictor {
    static final int WINDOW = 64;
    private static final ExactModel MODEL = TinyModels.small();

    /** What was asked for in one call: the number of streams or passages, and of symbols. */
    record Asked(boolean isStep, int items, int symbols) {}

    final List<Asked> passes = Collections.synchronizedList(new ArrayList<>());
    final AtomicInteger closings = new AtomicInteger();
    private final Consumer<Asked> beforePass;
    private final AtomicBoolean busy = new AtomicBoolean();
    private long calls;

    FoldingPredictor() {
        this(asked -> {});
    }

    /** @param beforePass may wait or throw */
    FoldingPredictor(Consumer<Asked> beforePass) {
        this.beforePass = beforePass;
    }

    /** The number after one more symbol. */
    static long fold(long state, int symbol) {
        long mixed = (state ^ (symbol + 1)) * 0x9E37_79B9_7F4A_7C15L;
        return mixed ^ (mixed >>> 29);
    }

    /** What a row says of the number it was made of. */
    static long stateOf(FrequencyRow row) {
        return ((row.below(1) - 1) << 40) | (row.total() - row.below(1) - 1);
    }

    /** The number that a row can tell of. */
    static long visible(long state) {
        return state & 0xff_ffff_ffff_ffffL;
    }

    @Override
    public ExactModel model() {
        return MODEL;
    }

    @Override
    public long streamBytes(int windowTokens) {
        return 100L * windowTokens;
    }

    @Override
    public PredictionStream open(int windowTokens, CallScope scope) {
        return new Stream(this, windowTokens, scope);
    }

    @Override
    public void prefill(List<Passage> passages, RowSink sink, CallScope scope) {
        int symbols = passages.stream().mapToInt(each -> each.symbols().length).sum();
        pass(new Asked(false, passages.size(), symbols), scope, () -> {
            for (int item = 0; item < passages.size(); item++) {
                Passage passage = passages.get(item);
                int[] read = passage.symbols();
                Stream stream = (Stream) passage.stream();
                stream.requireUsable(this, calls, read.length);
                for (int index = 0; index < read.length; index++) {
                    stream.read(read[index]);
                    if (index >= passage.firstRow()) {
                        sink.accept(item, index, new Row(stream.state));
                    }
                }
            }
        });
    }

    @Override
    public void step(List<? extends PredictionStream> streams, int[] symbols, RowSink sink, CallScope scope) {
        pass(new Asked(true, symbols.length, symbols.length), scope, () -> {
            for (int item = 0; item < symbols.length; item++) {
                Stream stream = (Stream) streams.get(item);
                stream.requireUsable(this, calls, 1);
                stream.read(symbols[item]);
                sink.accept(item, 0, new Row(stream.state));
            }
        });
    }

    private void pass(Asked asked, CallScope scope, Runnable compute) {
        if (!busy.compareAndSet(false, true)) {
            throw new AssertionError("two calls at once");
        }
        try {
            calls++;
            passes.add(asked);
            beforePass.accept(asked);
            scope.throwIfCancelled();
            compute.run();
        } finally {
            busy.set(false);
        }
    }

    @Override
    public void close() {
        if (busy.get()) {
            throw new AssertionError("closed in the middle of a call");
        }
        closings.incrementAndGet();
    }

    private static final class Stream extends BudgetedStream {
        private long state;

        private Stream(FoldingPredictor owner, int windowTokens, CallScope scope) {
            super(owner, windowTokens, scope);
        }

        private void read(int symbol) {
            state = fold(position() == 0 ? 0 : state, symbol);
            advance(1);
        }

        @Override
        protected void release() {}
    }

    /** Two symbols, whose frequencies tell the number. */
    private record Row(long state) implements FrequencyRow {
        @Override
        public int symbolCount() {
            return 2;
        }

        @Override
        public long total() {
            return below(1) + (visible(state) & 0xff_ffff_ffffL) + 1;
        }

        @Override
        public long below(int symbol) {
            return switch (symbol) {
                case 0 -> 0;
                case 1 -> (visible(state) >>> 40) + 1;
                default -> total();
            };
        }

        @Override
        public int find(long value) {
            return value < below(1) ? 0 : 1;
        }
    }
}
