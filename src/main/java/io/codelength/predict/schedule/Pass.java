package io.codelength.predict.schedule;

import io.codelength.coding.RangeDecoder;
import io.codelength.limit.CallScope;
import io.codelength.predict.DecodingSink;
import io.codelength.predict.EncodingSink;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Predictor;
import io.codelength.predict.SharedSink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** What goes to the engine in one call, and which caller each item of it is for. */
abstract class Pass implements DecodingSink, EncodingSink, SharedSink {
    private final Map<Call, Integer> callers = new LinkedHashMap<>(); // numbered as they come
    private final List<Origin> origins = new ArrayList<>();
    private int tokens;

    /** Where an item came from: the caller's own item, and the index there of the item's first symbol. */
    private record Origin(Call call, int caller, int item, int firstIndex) {}

    abstract void compute(Predictor engine, CallScope scope);

    abstract SchedulingStatistics.Passes passesIn(SchedulingStatistics statistics);

    final void addOrigin(Call call, int item, int firstIndex, int symbols) {
        int caller = numberOf(call);
        origins.add(new Origin(call, caller, item, firstIndex));
        tokens += symbols;
    }

    private int numberOf(Call call) {
        Integer known = callers.putIfAbsent(call, callers.size());
        return known == null ? callers.size() - 1 : known;
    }

    // The sink of the whole pass: whatever it is asked or told goes to the item's caller.

    @Override
    public final int caller(int item) {
        return origins.get(item).caller;
    }

    @Override
    public final void accept(int item, int index, FrequencyRow row) {
        Origin origin = origins.get(item);
        origin.call.deliver(origin.item, origin.firstIndex + index, row);
    }

    @Override
    public final Optional<RangeDecoder> decoder(int item) {
        Origin origin = origins.get(item);
        return origin.call.decoder(origin.item);
    }

    @Override
    public final void decoded(int item, int symbol) {
        Origin origin = origins.get(item);
        origin.call.decoded(origin.item, symbol);
    }

    @Override
    public final OptionalInt symbol(int item, int index) {
        Origin origin = origins.get(item);
        return origin.call.symbol(origin.item, origin.firstIndex + index);
    }

    @Override
    public final void interval(int item, int index, long below, long frequency, long total) {
        Origin origin = origins.get(item);
        origin.call.interval(origin.item, origin.firstIndex + index, below, frequency, total);
    }

    final Set<Call> callers() {
        return callers.keySet();
    }

    /** Symbols to be read. */
    final int tokens() {
        return tokens;
    }
}
