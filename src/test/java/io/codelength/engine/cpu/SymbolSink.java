package io.codelength.engine.cpu;

import io.codelength.predict.EncodingSink;
import io.codelength.predict.FrequencyRow;
import java.util.OptionalInt;

/** Wants the interval of one symbol, whatever it is. */
record SymbolSink(int wanted) implements EncodingSink {
    @Override
    public OptionalInt symbol(int item, int index) {
        return OptionalInt.of(wanted);
    }

    @Override
    public void interval(int item, int index, long below, long frequency, long total) {}

    @Override
    public void accept(int item, int index, FrequencyRow row) {}
}
