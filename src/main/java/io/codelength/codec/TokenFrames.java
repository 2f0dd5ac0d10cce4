package io.codelength.codec;

import io.codelength.coding.InvalidCodeException;
import io.codelength.coding.RangeDecoder;
import io.codelength.coding.RangeEncoder;
import io.codelength.container.CodedFrame;
import io.codelength.limit.CallScope;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.text.FrameLanes;
import io.codelength.token.Vocabulary;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Method 2, tokens: the model alone. Encodes a frame's bytes into a payload in one pass or step by step, and decodes
 * payloads of many frames together; both ways give the same bytes whatever engine, batch or order is used.
 */
final class TokenFrames {
    /** How an encoder reads what it already knows. The payload is the same; only tests ask for the slow way. */
    enum Reading {
        ONE_PASS,
        STEPPED
    }

    /** Positions worth filling a pass with: short windows are read together until there are as many. */
    private static final int PASS_TOKENS = 1024;

    /** The most windows in one pass, which bounds the caches held. */
    private static final int PASS_WINDOWS = 8;

    private final Predictor predictor;
    private final Windows windows;
    private final int batchLanes;
    private final CallScope scope;

    TokenFrames(Predictor predictor, Windows windows, int batchLanes, CallScope scope) {
        this.predictor = predictor;
        this.windows = windows;
        this.batchLanes = batchLanes;
        this.scope = scope;
    }

    /** The payload of one frame. */
    byte[] encode(byte[] frame, FrameLanes division, Reading reading) {
        List<LaneIntervals> lanes = new ArrayList<>(division.count());
        for (int lane = 0; lane < division.count(); lane++) {
            lanes.add(new LaneIntervals(
                    predictor.model().tokenizer().encode(frame, division.start(lane), division.end(lane))));
        }
        switch (reading) {
            case ONE_PASS -> readInOnePass(lanes);
            case STEPPED -> readStepped(lanes);
        }
        List<byte[]> coders = new ArrayList<>();
        for (int first = 0; first < lanes.size(); first += TokenPayload.LANES_PER_CODER) {
            coders.add(
                    codeTogether(lanes.subList(first, Math.min(first + TokenPayload.LANES_PER_CODER, lanes.size()))));
        }
        return TokenPayload.join(coders);
    }

    /** A payload to decode and where the result goes; the target's length is the frame's. */
    record Task(byte[] payload, byte[] target, int lanes, FramePlace place) {
        static Task of(CodedFrame frame, FramePlace place) {
            return new Task(frame.payload(), new byte[frame.originalBytes()], frame.lanes(), place);
        }
    }

    /**
     * Decodes many frames together, pulling the next one when there is room, and calls back with each as it is done, in no
     * particular order. The bytes are what the payload says; whether they are right only the frame's checksum tells.
     *
     * @throws io.codelength.container.CorruptContainerException if a payload cannot be one of ours
     */
    <T> void decode(Iterator<T> frames, Function<T, Task> taskOf, BiConsumer<T, byte[]> done) {
        new LaneWalk(predictor, windows, batchLanes, scope).walk(new DecodingGroups<>(frames, taskOf, done));
    }

    /** The intervals of one lane's symbols: what a coder needs and all of it. */
    private static final class LaneIntervals implements LaneWalk.Lane {
        private final int[] symbols;
        private final long[] below; // [symbols]
        private final long[] frequency; // [symbols]
        private final long[] total; // [symbols]
        private int known;

        private LaneIntervals(int[] symbols) {
            this.symbols = symbols;
            below = new long[symbols.length];
            frequency = new long[symbols.length];
            total = new long[symbols.length];
        }

        private void set(int position, FrequencyRow row) {
            int symbol = symbols[position];
            below[position] = row.below(symbol);
            frequency[position] = row.frequency(symbol);
            total[position] = row.total();
        }

        @Override
        public boolean done() {
            return known == symbols.length;
        }

        @Override
        public int next(FrequencyRow row) {
            set(known, row);
            return symbols[known++];
        }
    }

    private void readStepped(List<LaneIntervals> lanes) {
        LaneWalk.LaneGroup all = new LaneWalk.LaneGroup() {
            @Override
            public List<LaneIntervals> lanes() {
                return lanes;
            }

            @Override
            public void finished() {}
        };
        new LaneWalk(predictor, windows, batchLanes, scope).walk(List.of(all).iterator());
    }

    /** One window of one lane: predicts symbols {@code first … first + count − 1}. */
    private record Window(LaneIntervals lane, int first, int count, int context) {
        /** The start symbol, the context, and all but the last of the predicted symbols. */
        int[] input(int startSymbol) {
            int[] input = new int[context + count];
            input[0] = startSymbol;
            System.arraycopy(lane.symbols, first - context, input, 1, input.length - 1);
            return input;
        }
    }

    private void readInOnePass(List<LaneIntervals> lanes) {
        List<Window> batch = new ArrayList<>();
        int batchTokens = 0;
        try (Streams streams = new Streams()) {
            for (LaneIntervals lane : lanes) {
                for (int first = 0; first < lane.symbols.length; ) {
                    int count = Math.min(windows.freshAt(first), lane.symbols.length - first);
                    Window window = new Window(lane, first, count, windows.contextAt(first));
                    int tokens = window.context + count;
                    if (batch.size() == PASS_WINDOWS || (!batch.isEmpty() && batchTokens + tokens > PASS_TOKENS)) {
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
        predictor.prefill(
                passages,
                (item, index, row) -> {
                    Window window = batch.get(item);
                    window.lane.set(window.first + index - window.context, row);
                },
                scope);
    }

    /** Streams opened as they are needed and used again for every batch. */
    private final class Streams implements AutoCloseable {
        private final List<PredictionStream> open = new ArrayList<>();

        private PredictionStream get(int index) {
            while (open.size() <= index) {
                open.add(predictor.open(windows.windowTokens(), scope));
            }
            return open.get(index);
        }

        @Override
        public void close() {
            open.forEach(PredictionStream::close);
        }
    }

    /** In the order in which the lanes step: the first symbol of each, then the second of each that has one, and so on. */
    private static byte[] codeTogether(List<LaneIntervals> lanes) {
        RangeEncoder coder = new RangeEncoder();
        int longest = lanes.stream().mapToInt(lane -> lane.symbols.length).max().orElseThrow();
        for (int step = 0; step < longest; step++) {
            for (LaneIntervals lane : lanes) {
                if (step < lane.symbols.length) {
                    coder.encode(lane.below[step], lane.frequency[step], lane.total[step]);
                }
            }
        }
        return coder.finish();
    }

    /** Turns frames into groups of lanes that share a coder, frame after frame. */
    private final class DecodingGroups<T> implements Iterator<LaneWalk.LaneGroup> {
        private final Iterator<T> frames;
        private final Function<T, Task> taskOf;
        private final BiConsumer<T, byte[]> done;
        private Iterator<DecodingGroup> groupsOfFrame = List.<DecodingGroup>of().iterator();

        private DecodingGroups(Iterator<T> frames, Function<T, Task> taskOf, BiConsumer<T, byte[]> done) {
            this.frames = frames;
            this.taskOf = taskOf;
            this.done = done;
        }

        @Override
        public boolean hasNext() {
            return groupsOfFrame.hasNext() || frames.hasNext();
        }

        @Override
        public LaneWalk.LaneGroup next() {
            if (!groupsOfFrame.hasNext()) {
                T frame = frames.next();
                groupsOfFrame = groupsOf(frame).iterator();
            }
            return groupsOfFrame.next();
        }

        private List<DecodingGroup> groupsOf(T frame) {
            Task task = taskOf.apply(frame);
            FrameLanes division = new FrameLanes(task.target.length, task.lanes);
            int coderCount = TokenPayload.coderCount(task.lanes);
            List<TokenPayload.Slice> slices = TokenPayload.split(task.payload, coderCount, task.place);
            int[] codersLeft = {coderCount};
            Runnable coderDone = () -> {
                if (--codersLeft[0] == 0) {
                    done.accept(frame, task.target);
                }
            };
            List<DecodingGroup> groups = new ArrayList<>(coderCount);
            for (int coder = 0; coder < coderCount; coder++) {
                groups.add(new DecodingGroup(task, division, coder, slices.get(coder), coderDone));
            }
            return groups;
        }
    }

    /** The lanes of one coder on their way back to bytes. */
    private final class DecodingGroup implements LaneWalk.LaneGroup {
        private final Task task;
        private final RangeDecoder coder;
        private final List<DecodingLane> lanes = new ArrayList<>();
        private final Runnable coderDone;

        private DecodingGroup(Task task, FrameLanes division, int index, TokenPayload.Slice slice, Runnable coderDone) {
            this.task = task;
            this.coderDone = coderDone;
            coder = new RangeDecoder(task.payload, slice.from(), slice.to() - slice.from());
            int first = index * TokenPayload.LANES_PER_CODER;
            for (int lane = first; lane < Math.min(first + TokenPayload.LANES_PER_CODER, task.lanes); lane++) {
                lanes.add(new DecodingLane(division.start(lane), division.end(lane)));
            }
        }

        @Override
        public List<DecodingLane> lanes() {
            return lanes;
        }

        @Override
        public void finished() {
            try {
                coder.finish();
            } catch (InvalidCodeException e) {
                throw task.place.corrupt(e);
            }
            coderDone.run();
        }

        private int decodeSymbol(FrequencyRow row) {
            try {
                int symbol = row.find(coder.target(row.total()));
                coder.advance(row.below(symbol), row.frequency(symbol), row.total());
                return symbol;
            } catch (InvalidCodeException e) {
                throw task.place.corrupt(e);
            }
        }

        private final class DecodingLane implements LaneWalk.Lane {
            private final Vocabulary vocabulary = predictor.model().tokenizer().vocabulary();
            private final int end;
            private int offset;

            private DecodingLane(int start, int end) {
                this.offset = start;
                this.end = end;
            }

            @Override
            public boolean done() {
                return offset == end;
            }

            @Override
            public int next(FrequencyRow row) {
                int symbol = decodeSymbol(row);
                if (vocabulary.byteCount(symbol) > end - offset) {
                    throw task.place.corrupt("a token reaches beyond its lane");
                }
                offset = vocabulary.copySpelling(symbol, task.target, offset);
                return symbol;
            }
        }
    }
}
