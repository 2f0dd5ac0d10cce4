package io.codelength.codec;

import io.codelength.limit.CallScope;
import io.codelength.limit.LimitExceededException;
import io.codelength.predict.EncodingSink;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads lanes whose symbols are known, window by window, and shows each lane the row that predicts each of its symbols:
 * the encoder's half of {@link LaneWalk}.
 */
final class LaneReader {
    /** How an encoder reads what it already knows. The rows are the same; only tests ask for the slow way. */
    enum Reading {
        ONE_PASS,
        STEPPED
    }

    /** A lane that is read. */
    abstract static class Lane implements LaneWalk.Lane {
        private final int[] symbols;
        private int shown;

        /** @param symbols at least one; not copied */
        Lane(int[] symbols) {
            this.symbols = symbols;
        }

        final int[] symbols() {
            return symbols;
        }

        /** Shown the row that predicts this symbol; called once for each symbol, in order. */
        abstract void predicted(int symbol, FrequencyRow row);

        /** Whether the interval of each symbol is all that is wanted of its row. */
        boolean wantsIntervals() {
            return false;
        }

        /** Shown the interval of the next symbol, in place of the row. */
        void predicted(long below, long frequency, long total) {
            throw new IllegalStateException("invariant broken: a lane was shown an interval it did not want");
        }

        private void show(int position, FrequencyRow row) {
            requireNext(position);
            predicted(symbols[shown++], row);
        }

        private void show(int position, long below, long frequency, long total) {
            requireNext(position);
            predicted(below, frequency, total);
            shown++;
        }

        private void requireNext(int position) {
            if (position != shown) {
                throw new IllegalStateException(
                        "invariant broken: row %d of a lane came in place of row %d".formatted(position, shown));
            }
        }

        @Override
        public final boolean done() {
            return shown == symbols.length;
        }

        @Override
        public final int next(FrequencyRow row) {
            int symbol = symbols[shown];
            show(shown, row);
            return symbol;
        }
    }

    /** Positions worth filling a pass with: short windows are read together until there are as many. */
    private static final int PASS_TOKENS = 1024;

    /** The most windows in one pass, which bounds the caches held. */
    private static final int PASS_WINDOWS = 8;

    private final Predictor predictor;
    private final Windows windows;
    private final int batchLanes;
    private final CallScope scope;

    LaneReader(Predictor predictor, Windows windows, int batchLanes, CallScope scope) {
        this.predictor = predictor;
        this.windows = windows;
        this.batchLanes = batchLanes;
        this.scope = scope;
    }

    void read(List<? extends Lane> lanes, Reading reading) {
        switch (reading) {
            case ONE_PASS -> readInOnePass(lanes);
            case STEPPED -> readStepped(lanes);
        }
    }

    private void readStepped(List<? extends Lane> lanes) {
        LaneWalk.LaneGroup all = new LaneWalk.LaneGroup() {
            @Override
            public List<? extends Lane> lanes() {
                return lanes;
            }

            @Override
            public void finished() {}
        };
        new LaneWalk(predictor, windows, batchLanes, new LaneGroups(List.of(all).iterator()), scope).walk();
    }

    /** One window of one lane: predicts symbols {@code first … first + count − 1}. */
    private record Window(Lane lane, int first, int count, int context) {
        /** The start symbol, the context, and all but the last of the predicted symbols. */
        int[] input(int startSymbol) {
            int[] input = new int[context + count];
            input[0] = startSymbol;
            System.arraycopy(lane.symbols, first - context, input, 1, input.length - 1);
            return input;
        }
    }

    private void readInOnePass(List<? extends Lane> lanes) {
        List<Window> batch = new ArrayList<>();
        int batchTokens = 0;
        try (Streams streams = new Streams()) {
            for (Lane lane : lanes) {
                for (int first = 0; first < lane.symbols.length; ) {
                    int count = Math.min(windows.freshAt(first), lane.symbols.length - first);
                    Window window = new Window(lane, first, count, windows.contextAt(first));
                    int tokens = window.context + count;
                    if ((!batch.isEmpty() && batchTokens + tokens > PASS_TOKENS)
                            || !streams.hasRoomFor(batch.size() + 1)) {
                        read(batch, streams);
                        batch.clear();
                        batchTokens = 0;
                    }
                    batch.add(window);
                    batchTokens += tokens;
                    first += count;
                }
            }
            read(batch, streams);
        }
    }

    private void read(List<Window> batch, Streams streams) {
        scope.throwIfCancelled();
        List<Passage> passages = new ArrayList<>(batch.size());
        for (Window window : batch) {
            PredictionStream stream = streams.get(passages.size());
            stream.reset();
            passages.add(new Passage(stream, window.input(predictor.model().startSymbol()), window.context));
        }
        predictor.prefill(passages, new WindowSink(batch), scope);
    }

    /** Shows the lanes of some windows what they want of each row. */
    private record WindowSink(List<Window> windows) implements EncodingSink {
        @Override
        public void accept(int item, int index, FrequencyRow row) {
            Window window = windows.get(item);
            window.lane.show(position(window, index), row);
        }

        @Override
        public OptionalInt symbol(int item, int index) {
            Window window = windows.get(item);
            return window.lane.wantsIntervals()
                    ? OptionalInt.of(window.lane.symbols[position(window, index)])
                    : OptionalInt.empty();
        }

        @Override
        public void interval(int item, int index, long below, long frequency, long total) {
            Window window = windows.get(item);
            window.lane.show(position(window, index), below, frequency, total);
        }

        /** Which symbol of the lane the row predicts. */
        private static int position(Window window, int index) {
            return window.first + index - window.context;
        }
    }

    /** Streams opened as they are needed and used again for every batch. */
    private final class Streams implements AutoCloseable {
        private final List<PredictionStream> open = new ArrayList<>();
        private int most = PASS_WINDOWS;

        /** Whether a batch may have so many windows; the first always may, or there is not enough memory at all. */
        private boolean hasRoomFor(int count) {
            while (open.size() < count && count <= most) {
                try {
                    open.add(predictor.open(windows.windowTokens(), scope));
                } catch (LimitExceededException noRoom) {
                    if (open.isEmpty()) {
                        throw noRoom;
                    }
                    most = open.size();
                }
            }
            return count <= most;
        }

        private PredictionStream get(int index) {
            return open.get(index);
        }

        @Override
        public void close() {
            open.forEach(PredictionStream::close);
        }
    }
}
