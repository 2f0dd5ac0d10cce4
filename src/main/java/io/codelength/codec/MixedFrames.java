package io.codelength.codec;

import io.codelength.coding.InvalidCodeException;
import io.codelength.limit.CallScope;
import io.codelength.limit.MemoryBudget;
import io.codelength.mix.LaneOdds;
import io.codelength.mix.Mixing;
import io.codelength.mix.SymbolSpelling;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Predictor;
import io.codelength.text.FrameLanes;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/**
 * Method 3, mixed: the decisions that spell the model's symbols, each mixed with what the frame's contexts say
 * ({@code docs/mixing.md}). All lanes of a frame share one coder and everything that is learned, in the order in which they step.
 */
final class MixedFrames {
    private static final String MEMORY_PURPOSE = "mixing a frame";

    /** Lanes that a thread should at least have for itself: they share what is read of the weights. */
    private static final int LANES_OF_PART = 4;

    private final Predictor predictor;
    private final LaneReader reader;
    private final SymbolSpelling spelling;
    private final Mixing mixing;
    private final int memoryBits;
    private final CallScope scope;

    MixedFrames(
            Predictor predictor,
            LaneReader reader,
            SymbolSpelling spelling,
            Mixing mixing,
            int memoryBits,
            CallScope scope) {
        this.predictor = predictor;
        this.reader = reader;
        this.spelling = spelling;
        this.mixing = mixing;
        this.memoryBits = memoryBits;
        this.scope = scope;
    }

    /**
     * Reads a text with the model.
     *
     * @return what makes the payload of it, without the model and on any thread
     */
    Callable<byte[]> read(byte[] text, FrameLanes division, LaneReader.Reading reading) {
        List<MixedLane> lanes = new ArrayList<>(division.count());
        for (int lane = 0; lane < division.count(); lane++) {
            lanes.add(new MixedLane(
                    predictor.model().tokenizer().encode(text, division.start(lane), division.end(lane)), spelling));
        }
        reader.read(lanes, reading);
        List<LaneOdds> odds = lanes.stream().map(lane -> lane.odds).toList();
        return () -> scope.memory()
                .holding(
                        mixing.frameBytes(text.length, memoryBits),
                        MEMORY_PURPOSE,
                        () -> mixing.encode(spelling, text, starts(division), odds, memoryBits, scope.cancellation()));
    }

    private static int[] starts(FrameLanes division) {
        int[] starts = new int[division.count() + 1];
        for (int lane = 0; lane <= division.count(); lane++) {
            starts[lane] = division.start(lane);
        }
        return starts;
    }

    private static final class MixedLane extends LaneReader.Lane {
        private final LaneOdds odds;

        private MixedLane(int[] symbols, SymbolSpelling spelling) {
            super(symbols);
            odds = new LaneOdds(spelling.tree(), symbols);
        }

        @Override
        void predicted(int symbol, FrequencyRow row) {
            odds.add(row);
        }
    }

    /**
     * The lanes that decode a frame.
     *
     * @param done called when the frame's text is whole
     */
    LaneWalk.LaneGroup decoder(FrameTask task, Runnable done) {
        DecodedFrame frame = new DecodedFrame(task, done);
        return frame.new Part(0, task.lanes(), new Turns(1), 0);
    }

    /** A frame on its way back to bytes. Who hands rows over has the turn; the rest is done by one thread at a time. */
    private final class DecodedFrame {
        private final FrameTask task;
        private final Runnable done;
        private final FrameLanes division;
        private final MemoryBudget.Reservation reserved;
        private final Mixing.Decoder decoder;
        private int partsInFlight = 1;
        private boolean isLost;

        private DecodedFrame(FrameTask task, Runnable done) {
            this.task = task;
            this.done = done;
            division = new FrameLanes(task.text().length, task.lanes());
            reserved = scope.memory().reserve(mixing.frameBytes(task.text().length, memoryBits), MEMORY_PURPOSE);
            boolean open = false;
            try {
                decoder = mixing.decoder(
                        spelling,
                        task.payload(),
                        task.from(),
                        task.codedBytes(),
                        task.text(),
                        starts(division),
                        memoryBits);
                open = true;
            } finally {
                if (!open) {
                    reserved.close();
                }
            }
        }

        /** The last part to end gives the frame's memory back: until then others may be decoding. */
        private void partEnded() {
            partsInFlight--;
            if (partsInFlight > 0) {
                return;
            }
            try {
                if (!isLost) {
                    decoder.finish();
                }
            } catch (InvalidCodeException e) {
                throw task.place().corrupt(e);
            } finally {
                decoder.close();
                reserved.close();
            }
            if (!isLost) {
                done.run();
            }
        }

        /** Some lanes of the frame, neighbours: all, or as many as one thread has when several decode the frame. */
        private final class Part implements LaneWalk.LaneGroup {
            private final Turns turns;
            private final int number;
            private final List<DecodingLane> lanes;
            private int rowsLeft; // of the turn

            private Part(int firstLane, int endLane, Turns turns, int number) {
                this.turns = turns;
                this.number = number;
                lanes = new ArrayList<>(endLane - firstLane);
                for (int lane = firstLane; lane < endLane; lane++) {
                    lanes.add(new DecodingLane(this, lane, division.length(lane)));
                }
            }

            @Override
            public List<DecodingLane> lanes() {
                return lanes;
            }

            @Override
            public List<Part> apart(int most) {
                int parts = Math.min(most, Math.min(lanes.size(), Math.max(2, lanes.size() / LANES_OF_PART)));
                if (parts == 1) {
                    return List.of(this);
                }
                Turns shared = new Turns(parts);
                List<Part> divided = new ArrayList<>(parts);
                for (int part = 0; part < parts; part++) {
                    divided.add(new Part(lanes.size() * part / parts, lanes.size() * (part + 1) / parts, shared, part));
                }
                partsInFlight = parts;
                return divided;
            }

            @Override
            public boolean takesTurns() {
                return lanes.size() < division.count();
            }

            @Override
            public void finished() {
                partEnded();
            }

            @Override
            public void abandoned() {
                isLost = true;
                turns.abandon();
                partEnded();
            }

            private int next(int lane, FrequencyRow row) throws InvalidCodeException {
                if (rowsLeft == 0) {
                    turns.await(number);
                    rowsLeft = lanesLeft();
                }
                return decoder.next(lane, row);
            }

            /** A lane's row was handed over; if it was the last of the step, it is the next part's turn. */
            private void handedOver() {
                rowsLeft--;
                if (rowsLeft == 0) {
                    turns.pass(number, lanesLeft() == 0);
                }
            }

            private int lanesLeft() {
                int left = 0;
                for (DecodingLane lane : lanes) {
                    left += lane.done() ? 0 : 1;
                }
                return left;
            }
        }

        private final class DecodingLane implements LaneWalk.Lane {
            private final Part part;
            private final int lane;
            private int bytesLeft;

            private DecodingLane(Part part, int lane, int bytes) {
                this.part = part;
                this.lane = lane;
                this.bytesLeft = bytes;
            }

            @Override
            public boolean done() {
                return bytesLeft == 0;
            }

            @Override
            public int next(FrequencyRow row) {
                try {
                    int symbol = part.next(lane, row);
                    bytesLeft -= spelling.vocabulary().byteCount(symbol);
                    part.handedOver();
                    return symbol;
                } catch (InvalidCodeException e) {
                    throw task.place().corrupt(e);
                }
            }
        }
    }
}
