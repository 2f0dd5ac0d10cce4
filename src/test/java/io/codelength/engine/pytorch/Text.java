package io.codelength.engine.pytorch;

import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Symbols of one window and what must be predicted after each: the rows of a predictor that is trusted, read in one pass.
 *
 * @param symbols [positions], the start symbol first
 * @param rows [positions] prefix sums
 */
record Text(int[] symbols, List<long[]> rows) {
    static final long MEMORY = 1L << 33;

    /** Random symbols, which visit corners that real text does not. */
    static Text random(Predictor trusted, int positions, long seed) {
        Random random = new Random(seed);
        int[] symbols = new int[positions];
        ExactModel model = trusted.model();
        symbols[0] = model.startSymbol();
        for (int i = 1; i < positions; i++) {
            symbols[i] = random.nextInt(model.symbolCount());
        }
        return of(trusted, symbols);
    }

    static Text of(Predictor trusted, int[] symbols) {
        CallScope scope = CallScope.withMemory(MEMORY);
        List<long[]> rows = new ArrayList<>();
        try (PredictionStream stream = trusted.open(symbols.length, scope)) {
            trusted.prefill(
                    List.of(new Passage(stream, symbols, 0)), (item, index, row) -> rows.add(prefixSums(row)), scope);
        }
        return new Text(symbols, rows);
    }

    int length() {
        return symbols.length;
    }

    /** Fails unless the row is exactly what must follow the symbol at this position. */
    void check(String what, int position, FrequencyRow row) {
        long[] expected = rows.get(position);
        long[] found = prefixSums(row);
        if (!Arrays.equals(expected, found)) {
            int symbol = Arrays.mismatch(expected, found);
            throw new AssertionError("%s, position %d: prefix sum of symbol %d is %d, expected %d"
                    .formatted(what, position, symbol, found[symbol], expected[symbol]));
        }
    }

    /** Reads all of it into the stream in passages of the given lengths, the last as long as what is left. */
    void prefill(String what, Predictor predictor, PredictionStream stream, CallScope scope, int... lengths) {
        int from = 0;
        for (int i = 0; from < symbols.length; i++) {
            int length = i < lengths.length ? Math.min(lengths[i], symbols.length - from) : symbols.length - from;
            int first = from;
            int[] seen = {0};
            predictor.prefill(
                    List.of(new Passage(stream, Arrays.copyOfRange(symbols, from, from + length), 0)),
                    (item, index, row) -> {
                        check(what, first + index, row);
                        seen[0]++;
                    },
                    scope);
            if (seen[0] != length) {
                throw new AssertionError("%s: %d rows of %d".formatted(what, seen[0], length));
            }
            from += length;
        }
    }

    private static long[] prefixSums(FrequencyRow row) {
        long[] sums = new long[row.symbolCount() + 1];
        for (int symbol = 0; symbol < sums.length; symbol++) {
            sums[symbol] = row.below(symbol);
        }
        return sums;
    }
}
