package io.codelength.cli;

import io.codelength.limit.CallScope;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RowSink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How many tokens a second a predictor reads, whichever engine it is: a window at once, or a token of many streams at a time. */
final class PassSpeed {
    private static final int WINDOW_TOKENS = 1024;
    private static final int ROUND_STEPS = 128;
    private static final double ROUND_SECONDS = 1;
    private static final double ENOUGH_SECONDS = 3;
    private static final int ROUNDS = 3;

    private final Predictor predictor;
    private final CallScope scope;
    private final int[] symbols; // [window]

    /** @param text at least some kilobytes; what is read */
    PassSpeed(Predictor predictor, byte[] text, CallScope scope) {
        this.predictor = predictor;
        this.scope = scope;
        int window = Math.min(WINDOW_TOKENS, predictor.model().shape().contextTokens());
        int[] tokens = predictor.model().tokenizer().encode(text, 0, Math.min(text.length, 8 * window));
        symbols = new int[window];
        symbols[0] = predictor.model().startSymbol();
        for (int i = 1; i < window; i++) {
            symbols[i] = tokens[(i - 1) % tokens.length];
        }
    }

    /** Tokens a second of a whole window read at once, every row wanted: the best of some rounds. */
    double prefill() {
        try (PredictionStream stream = predictor.open(symbols.length, scope)) {
            Rows rows = new Rows();
            double best = 0;
            double spent = 0;
            for (int round = 0; round < ROUNDS || spent < ENOUGH_SECONDS; round++) {
                stream.reset();
                long start = System.nanoTime();
                predictor.prefill(List.of(new Passage(stream, symbols, 0)), rows, scope);
                double seconds = secondsSince(start);
                best = Math.max(best, symbols.length / seconds);
                spent += seconds;
            }
            rows.require(symbols.length);
            return best;
        }
    }

    /** Tokens a second of steps of so many streams that hold half a window: the best of some rounds. */
    double steps(int streamCount) {
        List<PredictionStream> streams = new ArrayList<>();
        try {
            for (int i = 0; i < streamCount; i++) {
                streams.add(predictor.open(symbols.length, scope));
            }
            Rows rows = new Rows();
            double best = 0;
            double spent = 0;
            for (int round = 0; round < ROUNDS || spent < ENOUGH_SECONDS; round++) {
                if (round == 0 || streams.get(0).position() + ROUND_STEPS > symbols.length) {
                    fill(streams);
                }
                int steps = 0;
                long start = System.nanoTime();
                double seconds = 0;
                while (steps < ROUND_STEPS && seconds < ROUND_SECONDS) {
                    int[] next = new int[streamCount];
                    for (int i = 0; i < streamCount; i++) {
                        next[i] = symbols[1 + (streams.get(i).position() + 31 * i) % (symbols.length - 1)];
                    }
                    predictor.step(streams, next, rows, scope);
                    steps++;
                    seconds = secondsSince(start);
                }
                best = Math.max(best, (double) steps * streamCount / seconds);
                spent += seconds;
            }
            rows.require(streamCount);
            return best;
        } finally {
            streams.forEach(PredictionStream::close);
        }
    }

    private void fill(List<PredictionStream> streams) {
        int[] half = Arrays.copyOf(symbols, symbols.length / 2);
        for (PredictionStream stream : streams) {
            stream.reset();
            predictor.prefill(List.of(new Passage(stream, half, half.length)), (item, index, row) -> {}, scope);
        }
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    /** Asks each row for a symbol's place, as a coder does. */
    private final class Rows implements RowSink {
        private long count;
        private long sum;

        @Override
        public void accept(int item, int index, FrequencyRow row) {
            count++;
            sum += row.below(symbols[1]) + row.total();
        }

        private void require(long least) {
            if (count < least || sum == 0) {
                throw new IllegalStateException("invariant broken: %d rows of at least %d".formatted(count, least));
            }
        }
    }
}
