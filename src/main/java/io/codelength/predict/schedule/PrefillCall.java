package io.codelength.predict.schedule;

import io.codelength.limit.CallScope;
import io.codelength.predict.BudgetedStream;
import io.codelength.predict.Passage;
import io.codelength.predict.RowSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.Condition;

/** Passages, read in as many pieces as it takes. */
final class PrefillCall extends Call {
    private final List<Passage> passages;
    private final List<ScheduledStream> streams = new ArrayList<>();
    private int passage;
    private int symbol;

    /** Takes the passages' streams in hand. */
    PrefillCall(
            SchedulingPredictor predictor,
            List<Passage> passages,
            RowSink sink,
            CallScope scope,
            long queuedNanos,
            Condition turn) {
        super(sink, scope, queuedNanos, turn);
        this.passages = passages;
        try {
            for (Passage each : passages) {
                BudgetedStream.requireSymbols(each.symbols(), predictor.model().startSymbol());
                streams.add(ScheduledStream.take(predictor, each.stream(), each.symbols().length));
            }
        } catch (IllegalArgumentException e) {
            releaseStreams();
            throw e;
        }
        skipEmpty();
    }

    boolean isRead() {
        return passage == passages.size();
    }

    /** Puts the next symbols, at most so many, into a pass. */
    void take(int most, PrefillPass pass) {
        int left = most;
        while (left > 0 && !isRead()) {
            Passage whole = passages.get(passage);
            int end = Math.min(whole.symbols().length, symbol + left);
            int firstRow = Math.max(0, Math.min(whole.firstRow(), end) - symbol);
            boolean all = symbol == 0 && end == whole.symbols().length;
            int[] symbols = all ? whole.symbols() : Arrays.copyOfRange(whole.symbols(), symbol, end);
            pass.add(this, passage, symbol, new Passage(streams.get(passage).ofEngine(), symbols, firstRow));
            left -= end - symbol;
            symbol = end;
            skipEmpty();
        }
    }

    /** On to the next passage that has symbols, if this one has no more. */
    private void skipEmpty() {
        while (!isRead() && symbol == passages.get(passage).symbols().length) {
            passage++;
            symbol = 0;
        }
    }

    @Override
    void releaseStreams() {
        streams.forEach(ScheduledStream::giveBack);
        streams.clear();
    }
}
