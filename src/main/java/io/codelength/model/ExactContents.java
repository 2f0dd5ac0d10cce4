package io.codelength.model;

import io.codelength.exact.ActivationWidth;
import io.codelength.exact.ProfileLimits;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.token.Alphabet;
import io.codelength.token.BytePairTokenizer;
import io.codelength.token.TokenizerDefinition;
import java.util.List;

/**
 * Everything that an exact file holds; {@code docs/models.md} gives its layout. What the importer makes, the writer writes
 * and the reader reads; {@link #toModel} gives engines their view.
 *
 * @param rotated whether the import rotated the residual stream; for people, the arithmetic does not ask
 * @param inverseFrequencies [headDimension / 2], radians a position
 * @param embedding [symbols + 1, hidden], the start token's row last
 * @param head [head rows, hidden], scales multiplied by 1024·log2(e)
 */
public record ExactContents(
        boolean rotated,
        ModelShape shape,
        double[] inverseFrequencies,
        TokenizerDefinition tokenizer,
        QuantizedMatrix embedding,
        List<ExactLayer> layers,
        QuantizedMatrix head) {
    /** The layout version that this code writes and the only one it reads. */
    public static final int LAYOUT_VERSION = 1;

    /** The numeric profile for which matrices are made. */
    public static final int PROFILE = ProfileLimits.PROFILE;

    /** Grows when the importer would make other bytes of the same source. */
    public static final int IMPORTER_VERSION = 1;

    public ExactContents {
        layers = List.copyOf(layers);
    }

    /**
     * The model as engines see it. Shares the arrays.
     *
     * @param fingerprint SHA-256 of the file with these contents
     * @param name the short name, for people
     */
    public ExactModel toModel(Fingerprint fingerprint, String name) {
        Alphabet alphabet = Alphabet.of(tokenizer);
        return new ExactModel(
                fingerprint,
                name,
                shape,
                inverseFrequencies,
                embedding,
                layers,
                head,
                alphabet.headSymbols(),
                new BytePairTokenizer(tokenizer, alphabet));
    }

    /** The kinds of matrix in the order of the file. */
    enum Kind {
        EMBEDDING,
        QUERY,
        KEY,
        VALUE,
        OUTPUT,
        GATE,
        UP,
        DOWN,
        HEAD;

        /** Upper bound of a row's scale. */
        float scaleMax() {
            return this == HEAD ? ProfileLimits.HEAD_SCALE_MAX : ProfileLimits.SCALE_MAX;
        }

        int rows(ModelShape shape, int symbols, int headRows) {
            return switch (this) {
                case EMBEDDING -> symbols + 1;
                case QUERY -> shape.queryWidth();
                case KEY, VALUE -> shape.keyValueWidth();
                case OUTPUT, DOWN -> shape.hidden();
                case GATE, UP -> shape.feedForward();
                case HEAD -> headRows;
            };
        }

        int columns(ModelShape shape) {
            return switch (this) {
                case EMBEDDING, QUERY, KEY, VALUE, GATE, UP, HEAD -> shape.hidden();
                case OUTPUT -> shape.queryWidth();
                case DOWN -> shape.feedForward();
            };
        }

        long bytes(ModelShape shape, int symbols, int headRows) {
            long rows = rows(shape, symbols, headRows);
            return 1 + rows * (4 + columns(shape));
        }

        /** The width byte that stands before the matrix. */
        int widthCode(ActivationWidth width) {
            if (this == EMBEDDING) {
                return 0;
            }
            return switch (width) {
                case BITS_8 -> 8;
                case BITS_15 -> 15;
            };
        }
    }

    /** Bytes of all matrices, each checked to fit a Java array. */
    static long matrixBytes(String file, ModelShape shape, int symbols, int headRows) {
        long layerBytes = 0;
        long bytes = 0;
        for (Kind kind : Kind.values()) {
            long values = (long) kind.rows(shape, symbols, headRows) * kind.columns(shape);
            if (values > StoredTensor.ELEMENTS_MAX) {
                throw new ModelFormatException(
                        file, "matrix " + kind, "at most " + StoredTensor.ELEMENTS_MAX + " weights", values);
            }
            if (kind == Kind.EMBEDDING || kind == Kind.HEAD) {
                bytes += kind.bytes(shape, symbols, headRows);
            } else {
                layerBytes += kind.bytes(shape, symbols, headRows);
            }
        }
        return bytes + layerBytes * shape.layers();
    }
}
