package io.codelength.predict;

/**
 * Symbols to read into one stream in a single pass.
 *
 * @param stream where they are appended
 * @param symbols what to read; not copied
 * @param firstRow index into {@code symbols} of the first one whose successor is wanted; {@code symbols.length} for none.
 *     Rows are made for indices {@code firstRow … symbols.length − 1}
 */
public record Passage(PredictionStream stream, int[] symbols, int firstRow) {
    public Passage {
        if (firstRow < 0 || firstRow > symbols.length) {
            throw new IllegalArgumentException(
                    "first row %d of a passage of %d symbols".formatted(firstRow, symbols.length));
        }
        if (symbols.length > stream.windowTokens() - stream.position()) {
            throw new IllegalArgumentException("passage of %d symbols at position %d of a window of %d"
                    .formatted(symbols.length, stream.position(), stream.windowTokens()));
        }
    }
}
