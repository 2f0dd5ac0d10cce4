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
        return new FrameLaneGroup(task, done);
    }

    private final class FrameLaneGroup implements LaneWalk.LaneGroup {
        private final FrameTask task;
        private final Runnable done;
        private final MemoryBudget.Reservation reserved;
        private final Mixing.Decoder decoder;
        private final List<DecodingLane> lanes = new ArrayList<>();

        private FrameLaneGroup(FrameTask task, Runnable done) {
            this.task = task;
            this.done = done;
            FrameLanes division = new FrameLanes(task.text().length, task.lanes());
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
            for (int lane = 0; lane < task.lanes(); lane++) {
                lanes.add(new DecodingLane(lane, division.length(lane)));
            }
        }

        @Override
        public List<DecodingLane> lanes() {
            return lanes;
        }

        @Override
        public void finished() {
            try {
                decoder.finish();
            } catch (InvalidCodeException e) {
                throw task.place().corrupt(e);
            } finally {
                giveBack();
            }
            done.run();
        }

        @Override
        public void abandoned() {
            giveBack();
        }

        private void giveBack() {
            decoder.close();
            reserved.close();
        }

        private final class DecodingLane implements LaneWalk.Lane {
            private final int lane;
            private int bytesLeft;

            private DecodingLane(int lane, int bytes) {
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
                    int symbol = decoder.next(lane, row);
                    bytesLeft -= spelling.vocabulary().byteCount(symbol);
                    return symbol;
                } catch (InvalidCodeException e) {
                    throw task.place().corrupt(e);
                }
            }
        }
    }
}
