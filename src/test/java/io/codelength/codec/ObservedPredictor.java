package io.codelength.codec;

import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RowSink;
import java.util.List;

/** Tells somebody of every step, before it is made; from several threads if it is walked on several. */
record ObservedPredictor(Predictor predictor, Runnable beforeStep) implements Predictor {
    @Override
    public ExactModel model() {
        return predictor.model();
    }

    @Override
    public long streamBytes(int windowTokens) {
        return predictor.streamBytes(windowTokens);
    }

    @Override
    public int threadsApart() {
        return predictor.threadsApart();
    }

    @Override
    public Predictor alone() {
        return new ObservedPredictor(predictor.alone(), beforeStep);
    }

    @Override
    public PredictionStream open(int windowTokens, CallScope scope) {
        return predictor.open(windowTokens, scope);
    }

    @Override
    public void prefill(List<Passage> passages, RowSink sink, CallScope scope) {
        predictor.prefill(passages, sink, scope);
    }

    @Override
    public void step(List<? extends PredictionStream> streams, int[] symbols, RowSink sink, CallScope scope) {
        beforeStep.run();
        predictor.step(streams, symbols, sink, scope);
    }

    @Override
    public void close() {
        predictor.close();
    }
}
