package io.codelength.predict;

import io.codelength.exact.ActivationWidth;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.model.ExactLayer;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import java.util.Arrays;
import java.util.List;

/**
 * The made-up models of the profile's vectors: one layer in the shapes of a given model, with weights that push every
 * integer sum to its bound, or with weights from a fixed generator.
 */
final class VectorModels {
    private static final int SYMBOLS = 64;

    private final ExactModel like;

    VectorModels(ExactModel like) {
        this.like = like;
    }

    /**
     * All weights ±127 in one sign pattern σ, so that all inputs of all products are quantised to ±largest too and every sum
     * adds up without cancelling: x = ±σ, v = ±τ, h = ±τ.
     */
    ExactModel extreme(int positions) {
        ModelShape shape = withSize(
                like.shape().hidden(),
                like.shape().heads(),
                like.shape().keyValueHeads(),
                like.shape().feedForward(),
                positions);
        return build(
                shape,
                "all ±127",
                (row, column) -> 127 * sign(row, 2) * sign(column, 1),
                (row, column) -> 127 * sign(column, 1));
    }

    /** Weights in [-127, 127] from a fixed generator. */
    ExactModel scattered(int positions) {
        ModelShape shape = withSize(
                like.shape().hidden(),
                like.shape().heads(),
                like.shape().keyValueHeads(),
                like.shape().feedForward(),
                positions);
        return build(shape, "scattered", VectorModels::scatter, VectorModels::scatter);
    }

    /**
     * A narrow model with the given one's heads: queries are 0, so all positions weigh 255, and values ±127, so the weighted
     * sums grow as fast as they can over many positions.
     */
    ExactModel flat(int positions) {
        int heads = Math.min(2, like.shape().keyValueHeads());
        ModelShape shape = withSize(16, heads, heads, 16, positions);
        ExactModel model = build(
                shape,
                "flat attention",
                (row, column) -> 127 * sign(row, 2) * sign(column, 1),
                (row, column) -> 127 * sign(column, 1));
        ExactLayer layer = model.layers().get(0);
        QuantizedMatrix query = layer.query();
        ExactLayer silent = new ExactLayer(
                new QuantizedMatrix(
                        query.rows(), query.columns(), new byte[query.values().length], query.scales(), query.input()),
                layer.key(),
                layer.value(),
                layer.output(),
                layer.gate(),
                layer.up(),
                layer.down());
        return with(model, List.of(silent), model.head(), model.headSymbols(), model.embedding());
    }

    /** The first and the last layer of the given model and its first head rows, where the whole would take too long. */
    ExactModel excerpt(int headRows) {
        QuantizedMatrix head = like.head();
        int rows = Math.min(headRows, head.rows());
        int[] symbols = Arrays.copyOf(like.headSymbols(), rows);
        int symbolCount = symbols[rows - 1] + 1;
        QuantizedMatrix embedding = like.embedding();
        List<ExactLayer> layers =
                List.of(like.layers().get(0), like.layers().get(like.layers().size() - 1));
        return with(like, layers, firstRows(head, rows), symbols, firstRows(embedding, symbolCount + 1));
    }

    private static QuantizedMatrix firstRows(QuantizedMatrix matrix, int rows) {
        return new QuantizedMatrix(
                rows,
                matrix.columns(),
                Arrays.copyOf(matrix.values(), rows * matrix.columns()),
                Arrays.copyOf(matrix.scales(), rows),
                matrix.input());
    }

    private ModelShape withSize(int hidden, int heads, int keyValueHeads, int feedForward, int positions) {
        ModelShape shape = like.shape();
        return new ModelShape(
                hidden, 1, heads, keyValueHeads, shape.headDimension(), feedForward, positions, shape.normEpsilon());
    }

    private ExactModel build(ModelShape shape, String name, Weight outer, Weight positive) {
        int hidden = shape.hidden();
        int attention = shape.heads() * shape.headDimension();
        int keyValue = shape.keyValueHeads() * shape.headDimension();
        int inner = shape.feedForward();
        ExactLayer widths = like.layers().get(0);
        ExactLayer layer = new ExactLayer(
                matrix(attention, hidden, outer, 1, widths.query().input()),
                matrix(keyValue, hidden, outer, 1, widths.key().input()),
                matrix(keyValue, hidden, outer, 1, widths.value().input()),
                // These read vectors whose sign is that of their index under τ and write ones that have it under σ.
                matrix(
                        hidden,
                        attention,
                        (target, source) -> outer.at(source, target),
                        1,
                        widths.output().input()),
                matrix(inner, hidden, positive, 1, widths.gate().input()),
                matrix(inner, hidden, outer, 1, widths.up().input()),
                matrix(
                        hidden,
                        inner,
                        (target, source) -> outer.at(source, target),
                        1,
                        widths.down().input()));
        // Embedding rows share the pattern σ; the head's scales differ, so that its rows do.
        QuantizedMatrix embedding = matrix(SYMBOLS + 1, hidden, outer, 1, ActivationWidth.BITS_8);
        QuantizedMatrix head = matrix(SYMBOLS, hidden, outer, 1_477, like.head().input());
        for (int row = 0; row < SYMBOLS; row++) {
            head.scales()[row] *= 0.5f + row / 128f;
        }
        int[] symbols = new int[SYMBOLS];
        Arrays.setAll(symbols, row -> row);
        double[] frequencies = Arrays.copyOf(like.inverseFrequencies(), shape.headDimension() / 2);
        return new ExactModel(
                like.fingerprint(),
                name,
                shape,
                frequencies,
                embedding,
                List.of(layer),
                head,
                symbols,
                like.tokenizer());
    }

    private static ExactModel with(
            ExactModel model, List<ExactLayer> layers, QuantizedMatrix head, int[] symbols, QuantizedMatrix embedding) {
        ModelShape shape = model.shape();
        ModelShape shorter = new ModelShape(
                shape.hidden(),
                layers.size(),
                shape.heads(),
                shape.keyValueHeads(),
                shape.headDimension(),
                shape.feedForward(),
                shape.contextTokens(),
                shape.normEpsilon());
        return new ExactModel(
                model.fingerprint(),
                model.name() + ", excerpt",
                shorter,
                model.inverseFrequencies(),
                embedding,
                layers,
                head,
                symbols,
                model.tokenizer());
    }

    /** A matrix whose outputs, for normed inputs, stay near {@code size}. */
    private static QuantizedMatrix matrix(int rows, int columns, Weight weight, float size, ActivationWidth input) {
        byte[] values = new byte[rows * columns];
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < columns; column++) {
                values[row * columns + column] = (byte) weight.at(row, column);
            }
        }
        float[] scales = new float[rows];
        // A power of two near 1 / (127 · columns), so that no rounding happens here.
        Arrays.fill(scales, size * Math.scalb(1f, -7 - (31 - Integer.numberOfLeadingZeros(columns))));
        return new QuantizedMatrix(rows, columns, values, scales, input);
    }

    private static int sign(int index, int pattern) {
        return (mix(index * 2 + pattern) & 1) == 0 ? 1 : -1;
    }

    private static int scatter(int row, int column) {
        return Math.floorMod(mix(row * 65_537 + column), 255) - 127;
    }

    /** A fixed integer hash (the finaliser of MurmurHash3, public domain). */
    private static int mix(int value) {
        int h = value * 0x9E37_79B1;
        h ^= h >>> 16;
        h *= 0x85EB_CA6B;
        h ^= h >>> 13;
        h *= 0xC2B2_AE35;
        return h ^ (h >>> 16);
    }

    @FunctionalInterface
    private interface Weight {
        int at(int row, int column);
    }
}
