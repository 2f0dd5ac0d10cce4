package io.codelength.mix;

import io.codelength.coding.InvalidCodeException;
import io.codelength.limit.Cancellation;
import java.util.List;
import java.util.function.IntToLongFunction;

/**
 * Codes the texts of frames by mixing contexts, alone or with a language model ({@code docs/mixing.md}). Every
 * implementation writes the same bytes. Thread-safe; a {@link Decoder} is not.
 */
public interface Mixing {
    /**
     * The same, begun from what a dictionary teaches beyond the prior ({@code docs/mixing.md}, "Dictionaries"). The
     * dictionary is learned before this returns, some tenths of a second for 100 KiB in native code; keep the answer.
     *
     * @param dictionary 1 byte to 1 MiB of text like the texts to come
     * @throws IllegalStateException if a dictionary was given before
     */
    Mixing taughtBy(byte[] dictionary);

    /**
     * Codes a text by its own contexts: method 1.
     *
     * @param text at least 1 byte
     * @param memoryBits binary logarithm of the most bytes that the tables may take, 16 to 26
     * @throws io.codelength.limit.CancelledException within some thousand bytes, if cancelled
     */
    byte[] encode(byte[] text, int memoryBits, Cancellation cancellation);

    /**
     * The way back.
     *
     * @param payload what {@link #encode} made lies at {@code [from, from + count)}
     * @param text filled; its length is the original text's
     * @throws InvalidCodeException if no text of this length has this payload
     */
    void decode(byte[] payload, int from, int count, byte[] text, int memoryBits, Cancellation cancellation);

    /**
     * Codes a text by its contexts and a model's predictions: method 3.
     *
     * @param laneStarts [lanes + 1] offset of each lane's first byte in the text; the last is the text's length
     * @param lanes the symbols of each lane, whose spellings joined are the lane's bytes, and what the model said
     */
    byte[] encode(
            SymbolSpelling spelling,
            byte[] text,
            int[] laneStarts,
            List<LaneOdds> lanes,
            int memoryBits,
            Cancellation cancellation);

    /**
     * The way back, a symbol at a time.
     *
     * @param text filled as symbols are decoded
     */
    Decoder decoder(
            SymbolSpelling spelling,
            byte[] payload,
            int from,
            int count,
            byte[] text,
            int[] laneStarts,
            int memoryBits);

    /** Bytes of memory that one frame in work takes beside its text. */
    long frameBytes(int textBytes, int memoryBits);

    /** Decodes the symbols of one frame: the first of every lane, then the second of every lane that has one, and so on. */
    interface Decoder extends AutoCloseable {
        /**
         * The lane's next symbol; its spelling is then in the text.
         *
         * @param below sum of the frequencies of all symbols before this one, as {@code FrequencyRow.below}
         * @throws InvalidCodeException if the payload is not one of ours
         */
        int next(int lane, IntToLongFunction below);

        /** @throws InvalidCodeException if the payload is longer or shorter than its symbols */
        void finish();

        /** Gives back what it holds, finished or not; nothing else may be asked afterwards. Closing twice does nothing. */
        @Override
        void close();
    }
}
