package io.codelength.predict.schedule;

import io.codelength.limit.CallScope;
import io.codelength.predict.BudgetedStream;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.RowSink;
import io.codelength.predict.Step;
import io.codelength.predict.StepSequence;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Condition;

/** A sequence of steps; the one at hand may be taken in parts, in the order of its streams. */
final class StepCall extends Call {
    private final SchedulingPredictor predictor;
    private final StepSequence sequence;
    private final List<ScheduledStream> streams = new ArrayList<>();
    private int[] symbols = {};
    private int taken;

    StepCall(
            SchedulingPredictor predictor,
            StepSequence sequence,
            RowSink sink,
            CallScope scope,
            long queuedNanos,
            Condition turn) {
        super(sink, scope, queuedNanos, turn);
        this.predictor = predictor;
        this.sequence = sequence;
    }

    /** Goes on to the next step; false if there is none. */
    boolean advance() {
        releaseStreams();
        Optional<Step> next = sequence.next();
        if (next.isEmpty()) {
            return false;
        }
        Step step = next.get();
        BudgetedStream.requireSymbols(step.symbols(), predictor.model().startSymbol());
        for (PredictionStream stream : step.streams()) {
            streams.add(ScheduledStream.take(predictor, stream, 1));
        }
        symbols = step.symbols();
        return true;
    }

    /** Streams of this step that are still to be read into. */
    int pending() {
        return symbols.length - taken;
    }

    /** Puts the next streams of this step into a pass. */
    void take(int count, StepPass pass) {
        for (int i = 0; i < count; i++) {
            pass.add(this, taken, streams.get(taken).ofEngine(), symbols[taken]);
            taken++;
        }
    }

    @Override
    void releaseStreams() {
        streams.forEach(ScheduledStream::giveBack);
        streams.clear();
        symbols = new int[0];
        taken = 0;
    }
}
