package io.codelength.mix;

import io.codelength.coding.RangeDecoder;
import io.codelength.coding.RangeEncoder;
import io.codelength.limit.Cancellation;
import java.util.List;
import java.util.function.IntToLongFunction;
import java.util.function.Supplier;

/** The mixing in plain Java: what {@code docs/mixing.md} says, and the decoder of last resort. */
public final class ReferenceMixing implements Mixing {
    /** Bytes, or steps of all lanes, between two looks at the cancellation. */
    private static final int CHECK_INTERVAL = 4096;

    private final Supplier<ContextMixer> primed;
    private final boolean isTaught;

    /** Begins from the shipped prior, which is learned when it is first needed. */
    public ReferenceMixing() {
        primed = ContextMixer::primed;
        isTaught = false;
    }

    private ReferenceMixing(ContextMixer taught) {
        primed = () -> taught;
        isTaught = true;
    }

    @Override
    public Mixing taughtBy(byte[] dictionary) {
        if (isTaught) {
            throw new IllegalStateException("a second dictionary");
        }
        return new ReferenceMixing(ContextMixer.primed(dictionary));
    }

    @Override
    public byte[] encode(byte[] text, int memoryBits, Cancellation cancellation) {
        ContextMixer mixer = primed.get().alone(text.length, memoryBits);
        RangeEncoder coder = new RangeEncoder();
        for (int i = 0; i < text.length; i++) {
            check(i, cancellation);
            for (int shift = 7; shift >= 0; shift--) {
                int bit = text[i] >>> shift & 1;
                coder.encodeBit(bit, mixer.predict());
                mixer.update(bit);
            }
        }
        return coder.finish();
    }

    @Override
    public void decode(byte[] payload, int from, int count, byte[] text, int memoryBits, Cancellation cancellation) {
        ContextMixer mixer = primed.get().alone(text.length, memoryBits);
        RangeDecoder coder = new RangeDecoder(payload, from, count);
        for (int i = 0; i < text.length; i++) {
            check(i, cancellation);
            int value = 0;
            for (int k = 0; k < 8; k++) {
                int bit = coder.decodeBit(mixer.predict());
                mixer.update(bit);
                value = value << 1 | bit;
            }
            text[i] = (byte) value;
        }
        coder.finish();
    }

    @Override
    public byte[] encode(
            SymbolSpelling spelling,
            byte[] text,
            int[] laneStarts,
            List<LaneOdds> lanes,
            int memoryBits,
            Cancellation cancellation) {
        SymbolMixer mixer = new SymbolMixer(spelling, primed.get().withModel(laneStarts, memoryBits));
        RangeEncoder coder = new RangeEncoder();
        LaneEncoder[] encoders = lanes.stream()
                .map(lane -> new LaneEncoder(lane, spelling.tree(), coder))
                .toArray(LaneEncoder[]::new);
        int longest =
                lanes.stream().mapToInt(lane -> lane.symbols().length).max().orElse(0);
        for (int step = 0; step < longest; step++) {
            check(step, cancellation);
            for (int lane = 0; lane < encoders.length; lane++) {
                if (step < encoders[lane].lane.symbols().length) {
                    mixer.next(lane, Integer.MAX_VALUE, encoders[lane].at(step));
                }
            }
        }
        return coder.finish();
    }

    private static void check(int step, Cancellation cancellation) {
        if (step % CHECK_INTERVAL == 0) {
            cancellation.throwIfCancelled();
        }
    }

    /** Decisions that are known: each goes to the coder. */
    private static final class LaneEncoder implements SymbolMixer.Decisions {
        private final LaneOdds lane;
        private final SpellingTree tree;
        private final RangeEncoder coder;
        private int symbol;
        private int next;

        private LaneEncoder(LaneOdds lane, SpellingTree tree, RangeEncoder coder) {
            this.lane = lane;
            this.tree = tree;
            this.coder = coder;
        }

        private LaneEncoder at(int step) {
            symbol = lane.symbols()[step];
            return this;
        }

        @Override
        public int odds(int node) {
            return lane.odds()[next++];
        }

        @Override
        public boolean isUpper(int node, int one) {
            boolean isUpper = symbol >= tree.split(node);
            coder.encodeBit(isUpper ? 1 : 0, one);
            return isUpper;
        }
    }

    @Override
    public Decoder decoder(
            SymbolSpelling spelling,
            byte[] payload,
            int from,
            int count,
            byte[] text,
            int[] laneStarts,
            int memoryBits) {
        SymbolMixer mixer = new SymbolMixer(spelling, primed.get().withModel(laneStarts, memoryBits));
        return new FrameDecoder(spelling, mixer, new RangeDecoder(payload, from, count), text, laneStarts);
    }

    /** Decisions that come from the coder. */
    private static final class FrameDecoder implements Decoder, SymbolMixer.Decisions {
        private final SymbolSpelling spelling;
        private final SymbolMixer mixer;
        private final RangeDecoder coder;
        private final byte[] text;
        private final int[] offsets; // [lanes] where each lane's next byte goes
        private final int[] laneStarts;
        private IntToLongFunction below = symbol -> 0;
        private long first;
        private long middle;
        private long end;

        private FrameDecoder(
                SymbolSpelling spelling, SymbolMixer mixer, RangeDecoder coder, byte[] text, int[] laneStarts) {
            this.spelling = spelling;
            this.mixer = mixer;
            this.coder = coder;
            this.text = text;
            this.laneStarts = laneStarts;
            this.offsets = laneStarts.clone();
        }

        @Override
        public int next(int lane, IntToLongFunction below) {
            this.below = below;
            first = 0;
            end = below.applyAsLong(spelling.tree().symbolCount());
            int symbol = mixer.next(lane, laneStarts[lane + 1] - offsets[lane], this);
            offsets[lane] = spelling.vocabulary().copySpelling(symbol, text, offsets[lane]);
            return symbol;
        }

        @Override
        public int odds(int node) {
            middle = below.applyAsLong(spelling.tree().split(node));
            return LogOdds.of(end - middle, middle - first);
        }

        @Override
        public boolean isUpper(int node, int one) {
            boolean isUpper = coder.decodeBit(one) == 1;
            if (isUpper) {
                first = middle;
            } else {
                end = middle;
            }
            return isUpper;
        }

        @Override
        public void finish() {
            coder.finish();
        }

        @Override
        public void close() {
            // Everything lies on the heap.
        }
    }

    @Override
    public long frameBytes(int textBytes, int memoryBits) {
        return ContextMixer.bytes(textBytes, memoryBits);
    }
}
