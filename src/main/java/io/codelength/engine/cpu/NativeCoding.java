package io.codelength.engine.cpu;

import com.sun.jna.Pointer;
import io.codelength.coding.RangeDecoder;
import io.codelength.predict.DecodingSink;
import io.codelength.predict.EncodingSink;
import io.codelength.predict.RowSink;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a call of {@code cl_read_coded} codes: asks a sink what it wants of each row, lays decoders side by side in native
 * memory ({@code cl_coding}), and hands over what came of it. Slots are the wanted rows of a call in their order.
 */
final class NativeCoding {
    private static final int SLOTS = Kernels.ROWS_MAX;

    // What is done with a slot, if it is not decoded.
    private static final int ROW = -1;
    private static final int INTERVAL = -2;

    // In the order of the structure.
    private final LongBuffer below;
    private final LongBuffer frequency;
    private final LongBuffer total;
    private final LongBuffer code;
    private final LongBuffer range;
    private final IntBuffer pastEnd;
    private final IntBuffer at;
    private final IntBuffer end;
    private final IntBuffer use;
    private final IntBuffer symbol;
    private final ByteBuffer ahead;

    private final @Nullable RangeDecoder[] decoders = new RangeDecoder[SLOTS];
    private final int[] decoderSlots = new int[SLOTS];
    private int decoderCount;
    private int slots;

    NativeCoding(KernelFunctions kernels, Pointer model) {
        Pointer memory = kernels.cl_coding_of(model);
        long offset = 0;
        LongBuffer[] longs = new LongBuffer[5];
        for (int i = 0; i < longs.length; i++) {
            longs[i] = view(memory, offset, 8L * SLOTS).asLongBuffer();
            offset += 8L * SLOTS;
        }
        IntBuffer[] ints = new IntBuffer[5];
        for (int i = 0; i < ints.length; i++) {
            ints[i] = view(memory, offset, 4L * SLOTS).asIntBuffer();
            offset += 4L * SLOTS;
        }
        below = longs[0];
        frequency = longs[1];
        total = longs[2];
        code = longs[3];
        range = longs[4];
        pastEnd = ints[0];
        at = ints[1];
        end = ints[2];
        use = ints[3];
        symbol = ints[4];
        ahead = view(memory, offset, (long) RangeDecoder.SYMBOL_BYTES_MAX * SLOTS);
    }

    private static ByteBuffer view(Pointer memory, long offset, long bytes) {
        return memory.getByteBuffer(offset, bytes).order(ByteOrder.nativeOrder());
    }

    /**
     * Asks the sink about the rows of the next call.
     *
     * @param wanted [rows] not 0 for those that have a slot
     * @param items [rows] the sink's item
     * @param indices [rows] the sink's index
     * @return whether anything is to be coded
     */
    boolean ask(RowSink sink, int rows, byte[] wanted, int[] items, int[] indices) {
        slots = 0;
        decoderCount = 0;
        if (!(sink instanceof DecodingSink) && !(sink instanceof EncodingSink)) {
            return false;
        }
        boolean coded = false;
        for (int row = 0; row < rows; row++) {
            if (wanted[row] != 0) {
                int what = ask(sink, items[row], indices[row]);
                use.put(slots++, what);
                coded |= what != ROW;
            }
        }
        ahead.clear();
        for (int number = 0; number < decoderCount; number++) {
            RangeDecoder decoder = decoder(number);
            code.put(number, decoder.code());
            range.put(number, decoder.range());
            pastEnd.put(number, decoder.pastEnd());
            at.put(number, ahead.position());
            decoder.peek(ahead, decoderSlots[number] * RangeDecoder.SYMBOL_BYTES_MAX);
            end.put(number, ahead.position());
            decoderSlots[number] = at.get(number);
        }
        return coded;
    }

    private int ask(RowSink sink, int item, int index) {
        if (sink instanceof DecodingSink decoding) {
            Optional<RangeDecoder> decoder = decoding.decoder(item);
            if (decoder.isPresent()) {
                return number(decoder.get());
            }
        }
        if (sink instanceof EncodingSink encoding) {
            OptionalInt known = encoding.symbol(item, index);
            if (known.isPresent()) {
                symbol.put(slots, known.getAsInt());
                return INTERVAL;
            }
        }
        return ROW;
    }

    /** Items that share a decoder are mostly neighbours, so the last ones are looked at first. */
    private int number(RangeDecoder decoder) {
        for (int number = decoderCount - 1; number >= 0; number--) {
            if (decoders[number] == decoder) {
                decoderSlots[number]++;
                return number;
            }
        }
        decoders[decoderCount] = decoder;
        decoderSlots[decoderCount] = 1;
        return decoderCount++;
    }

    private RangeDecoder decoder(int number) {
        RangeDecoder decoder = decoders[number];
        if (decoder == null) {
            throw new IllegalStateException("invariant broken: no decoder has number %d".formatted(number));
        }
        return decoder;
    }

    /** After the call: the decoders stand where native code left them. */
    void resume() {
        for (int number = 0; number < decoderCount; number++) {
            decoder(number)
                    .resume(
                            code.get(number),
                            range.get(number),
                            at.get(number) - decoderSlots[number],
                            pastEnd.get(number));
            decoders[number] = null;
        }
    }

    /** Hands over what came of a slot: a symbol, an interval or the row, which it is as well where nothing can be decoded. */
    void deliver(RowSink sink, int slot, int item, int index, NativeRow row) {
        int what = slot < slots ? use.get(slot) : ROW;
        if (what >= 0 && symbol.get(slot) >= 0 && sink instanceof DecodingSink decoding) {
            decoding.decoded(item, symbol.get(slot));
        } else if (what == INTERVAL && sink instanceof EncodingSink encoding) {
            encoding.interval(item, index, below.get(slot), frequency.get(slot), total.get(slot));
        } else {
            sink.accept(item, index, row);
        }
    }
}
