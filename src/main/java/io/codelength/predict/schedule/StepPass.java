package io.codelength.predict.schedule;

import io.codelength.limit.CallScope;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import java.util.ArrayList;
import java.util.List;

/** One symbol for each of many callers' streams. */
final class StepPass extends Pass {
    private final List<PredictionStream> streams = new ArrayList<>();
    private final List<Integer> symbols = new ArrayList<>();

    void add(Call call, int item, PredictionStream stream, int symbol) {
        addOrigin(call, item, 0, 1);
        streams.add(stream);
        symbols.add(symbol);
    }

    @Override
    void compute(Predictor engine, CallScope scope) {
        engine.step(streams, symbols.stream().mapToInt(Integer::intValue).toArray(), this, scope);
    }

    @Override
    SchedulingStatistics.Passes passesIn(SchedulingStatistics statistics) {
        return statistics.steps();
    }
}
