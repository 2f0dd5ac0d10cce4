package io.codelength.predict.schedule;

import io.codelength.limit.CallScope;
import io.codelength.predict.Passage;
import io.codelength.predict.Predictor;
import java.util.ArrayList;
import java.util.List;

/** Pieces of many callers' passages. */
final class PrefillPass extends Pass {
    private final List<Passage> pieces = new ArrayList<>();

    /** @param firstIndex index of the piece's first symbol in the caller's passage */
    void add(Call call, int item, int firstIndex, Passage piece) {
        addOrigin(call, item, firstIndex, piece.symbols().length);
        pieces.add(piece);
    }

    @Override
    void compute(Predictor engine, CallScope scope) {
        engine.prefill(pieces, this, scope);
    }

    @Override
    SchedulingStatistics.Passes passesIn(SchedulingStatistics statistics) {
        return statistics.prefills();
    }
}
