package io.codelength.codec;

import io.codelength.coding.IntervalSequence;
import io.codelength.coding.InvalidCodeException;
import io.codelength.coding.RangeDecoder;
import io.codelength.predict.DecodingSink;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Predictor;
import io.codelength.text.FrameLanes;
import io.codelength.token.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Method 2, tokens: the model's symbols coded as intervals of its own frequencies ({@code docs/format.md}, "Tokens"). The
 * encoder reads each lane in one pass, since it knows what comes; the decoder steps.
 */
final class TokenFrames {
    private final Predictor predictor;
    private final LaneReader reader;

    TokenFrames(Predictor predictor, LaneReader reader) {
        this.predictor = predictor;
        this.reader = reader;
    }

    /** The payload of a text. */
    byte[] encode(byte[] text, FrameLanes division, LaneReader.Reading reading) {
        List<LaneIntervals> lanes = new ArrayList<>(division.count());
        for (int lane = 0; lane < division.count(); lane++) {
            lanes.add(new LaneIntervals(
                    predictor.model().tokenizer().encode(text, division.start(lane), division.end(lane))));
        }
        reader.read(lanes, reading);
        List<IntervalSequence> coders = new ArrayList<>();
        for (int first = 0; first < lanes.size(); first += TokenPayload.LANES_PER_CODER) {
            coders.add(inSteps(lanes.subList(first, Math.min(first + TokenPayload.LANES_PER_CODER, lanes.size()))));
        }
        return TokenPayload.join(predictor.encode(coders));
    }

    /** The intervals of one lane's symbols: what a coder needs and all of it. */
    private static final class LaneIntervals extends LaneReader.Lane {
        private final long[] below; // [symbols]
        private final long[] frequency; // [symbols]
        private final long[] total; // [symbols]
        private int known;

        private LaneIntervals(int[] symbols) {
            super(symbols);
            below = new long[symbols.length];
            frequency = new long[symbols.length];
            total = new long[symbols.length];
        }

        @Override
        void predicted(int symbol, FrequencyRow row) {
            predicted(row.below(symbol), row.frequency(symbol), row.total());
        }

        @Override
        boolean wantsIntervals() {
            return true;
        }

        @Override
        void predicted(long symbolBelow, long symbolFrequency, long rowTotal) {
            below[known] = symbolBelow;
            frequency[known] = symbolFrequency;
            total[known] = rowTotal;
            known++;
        }
    }

    /** In the order in which the lanes step: the first symbol of each, then the second of each that has one, and so on. */
    private static IntervalSequence inSteps(List<LaneIntervals> lanes) {
        IntervalSequence sequence = new IntervalSequence(
                lanes.stream().mapToInt(lane -> lane.symbols().length).sum());
        int longest =
                lanes.stream().mapToInt(lane -> lane.symbols().length).max().orElseThrow();
        for (int step = 0; step < longest; step++) {
            for (LaneIntervals lane : lanes) {
                if (step < lane.symbols().length) {
                    sequence.add(lane.below[step], lane.frequency[step], lane.total[step]);
                }
            }
        }
        return sequence;
    }

    /**
     * The groups of lanes that decode a frame.
     *
     * @param done called when the frame's text is whole
     * @throws io.codelength.container.CorruptContainerException if the payload cannot be one of ours; later, from the lanes,
     *     if what is coded cannot
     */
    List<LaneWalk.LaneGroup> decoders(FrameTask task, Runnable done) {
        FrameLanes division = new FrameLanes(task.text().length, task.lanes());
        int coderCount = TokenPayload.coderCount(task.lanes());
        List<TokenPayload.Slice> slices = TokenPayload.split(task.payload(), task.from(), coderCount, task.place());
        int[] codersLeft = {coderCount};
        Runnable coderDone = () -> {
            if (--codersLeft[0] == 0) {
                done.run();
            }
        };
        List<LaneWalk.LaneGroup> groups = new ArrayList<>(coderCount);
        for (int coder = 0; coder < coderCount; coder++) {
            groups.add(new CoderLanes(task, division, coder, slices.get(coder), coderDone));
        }
        return groups;
    }

    /** The lanes of one coder on their way back to bytes. */
    private final class CoderLanes implements LaneWalk.LaneGroup {
        private final FrameTask task;
        private final RangeDecoder coder;
        private final List<DecodingLane> lanes = new ArrayList<>();
        private final Runnable coderDone;

        private CoderLanes(
                FrameTask task, FrameLanes division, int index, TokenPayload.Slice slice, Runnable coderDone) {
            this.task = task;
            this.coderDone = coderDone;
            coder = new RangeDecoder(task.payload(), slice.from(), slice.to() - slice.from());
            int first = index * TokenPayload.LANES_PER_CODER;
            for (int lane = first; lane < Math.min(first + TokenPayload.LANES_PER_CODER, task.lanes()); lane++) {
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
                throw task.place().corrupt(e);
            }
            coderDone.run();
        }

        private int decodeSymbol(FrequencyRow row) {
            try {
                return DecodingSink.decode(coder, row);
            } catch (InvalidCodeException e) {
                throw task.place().corrupt(e);
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
                decoded(symbol);
                return symbol;
            }

            @Override
            public Optional<RangeDecoder> decoder() {
                return Optional.of(coder);
            }

            @Override
            public void decoded(int symbol) {
                if (vocabulary.byteCount(symbol) > end - offset) {
                    throw task.place().corrupt("a token reaches beyond its lane");
                }
                offset = vocabulary.copySpelling(symbol, task.text(), offset);
            }
        }
    }
}
