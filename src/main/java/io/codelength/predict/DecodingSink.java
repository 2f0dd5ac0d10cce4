package io.codelength.predict;

import io.codelength.coding.RangeDecoder;
import java.util.Optional;

/**
 * A sink of steps that wants no more of a row than the symbol that a range decoder finds in it. An engine may find it where
 * the row lies, for all rows of a step at once, and hand over {@link #decoded} in place of the row; an engine that knows
 * nothing of this, or a decoder whose payload is damaged, still gets {@link #accept}, which decodes in plain Java and says
 * what is wrong. Both give the same symbols and leave the decoder in the same state.
 */
public interface DecodingSink extends RowSink {
    /**
     * What the item's next symbol is decoded from. Asked for at most once an item and step, before any is handed over; items
     * that share a decoder take their symbols from it in their order.
     *
     * @return nothing if the row itself is wanted
     */
    Optional<RangeDecoder> decoder(int item);

    /** Takes the place of {@link #accept} where the item's symbol was decoded; the decoder stands behind it. */
    void decoded(int item, int symbol);

    /**
     * The symbol that a decoder finds in a row.
     *
     * @throws io.codelength.coding.InvalidCodeException if the payload cannot come from an encoder
     */
    static int decode(RangeDecoder decoder, FrequencyRow row) {
        int symbol = row.find(decoder.target(row.total()));
        decoder.advance(row.below(symbol), row.frequency(symbol), row.total());
        return symbol;
    }
}
