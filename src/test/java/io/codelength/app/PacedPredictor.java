package io.codelength.app;

import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RowSink;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Counts steps, and takes its time for each when told to. */
final class PacedPredictor implements Predictor {
    private final Predictor predictor;
    private final AtomicLong steps = new AtomicLong();
    private volatile long stepMillis;

    PacedPredictor(Predictor predictor) {
        this.predictor = predictor;
    }

    void setStepMillis(long millis) {
        stepMillis = millis;
    }

    long steps() {
        return steps.get();
    }

    @Override
    public ExactModel model() {
        return predictor.model();
    }

    @Override
    public long streamBytes(int windowTokens) {
        return predictor.streamBytes(windowTokens);
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
        steps.incrementAndGet();
        try {
            Thread.sleep(stepMillis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        predictor.step(streams, symbols, sink, scope);
    }

    @Override
    public void close() {
        predictor.close();
    }
}
