package io.codelength.engine.pytorch;

import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RowSink;
import java.util.List;

/** Answers one row in a few with one frequency off by one, as an engine on a faulty machine might. */
final class DriftingPredictor implements Predictor {
    private static final int PERIOD = 3;

    private final Predictor sound;
    private int rows;

    DriftingPredictor(Predictor sound) {
        this.sound = sound;
    }

    @Override
    public ExactModel model() {
        return sound.model();
    }

    @Override
    public long streamBytes(int windowTokens) {
        return sound.streamBytes(windowTokens);
    }

    @Override
    public PredictionStream open(int windowTokens, CallScope scope) {
        return sound.open(windowTokens, scope);
    }

    @Override
    public void prefill(List<Passage> passages, RowSink sink, CallScope scope) {
        sound.prefill(passages, drifting(sink), scope);
    }

    @Override
    public void step(List<? extends PredictionStream> streams, int[] symbols, RowSink sink, CallScope scope) {
        sound.step(streams, symbols, drifting(sink), scope);
    }

    private RowSink drifting(RowSink sink) {
        return (item, index, row) -> sink.accept(item, index, rows++ % PERIOD == 0 ? new Drifted(row) : row);
    }

    @Override
    public void close() {
        sound.close();
    }

    private record Drifted(FrequencyRow sound) implements FrequencyRow {
        @Override
        public int symbolCount() {
            return sound.symbolCount();
        }

        @Override
        public long total() {
            return sound.total() + 1;
        }

        @Override
        public long below(int symbol) {
            return symbol == symbolCount() ? total() : sound.below(symbol);
        }

        @Override
        public int find(long value) {
            return value == sound.total() ? symbolCount() - 1 : sound.find(value);
        }
    }
}
