package io.codelength.codec;

import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RowSink;
import java.util.List;

/** An engine whose steps differ from its passes by one part in one row, as float engines' do. */
record DriftingPredictor(Predictor honest, int[] rowsUntilDrift) implements Predictor {
    DriftingPredictor(Predictor honest, int rowsUntilDrift) {
        this(honest, new int[] {rowsUntilDrift});
    }

    @Override
    public ExactModel model() {
        return honest.model();
    }

    @Override
    public long streamBytes(int windowTokens) {
        return honest.streamBytes(windowTokens);
    }

    @Override
    public PredictionStream open(int windowTokens, CallScope scope) {
        return honest.open(windowTokens, scope);
    }

    @Override
    public void prefill(List<Passage> passages, RowSink sink, CallScope scope) {
        honest.prefill(passages, sink, scope);
    }

    @Override
    public void step(List<? extends PredictionStream> streams, int[] symbols, RowSink sink, CallScope scope) {
        honest.step(
                streams,
                symbols,
                (item, index, row) -> sink.accept(item, index, rowsUntilDrift[0]-- == 0 ? new Drifted(row) : row),
                scope);
    }

    @Override
    public void close() {
        honest.close();
    }

    /** The first symbol got more likely by half of the total. */
    private record Drifted(FrequencyRow row) implements FrequencyRow {
        private long extra() {
            return row.total() / 2;
        }

        @Override
        public int symbolCount() {
            return row.symbolCount();
        }

        @Override
        public long total() {
            return row.total() + extra();
        }

        @Override
        public long below(int symbol) {
            return row.below(symbol) + (symbol == 0 ? 0 : extra());
        }

        @Override
        public int find(long value) {
            return value < row.frequency(0) + extra() ? 0 : row.find(value - extra());
        }
    }
}
