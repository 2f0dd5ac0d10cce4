package io.codelength.predict;

import io.codelength.exact.ProfileLimits;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.limit.CallScope;
import io.codelength.model.ExactLayer;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/**
 * The vectors that every engine runs when it loads a model: made-up models in that model's shapes and the model itself, read
 * in one pass, in two and step by step with several streams, against {@link PlainPredictor}. An engine whose answer differs
 * in one bit refuses to serve.
 */
public final class EngineVectors {
    // Products that the plain code may make for one check: a tenth of a second or so.
    private static final long PRODUCTS = 40_000_000;

    // Beyond so many products a symbol an excerpt of the model stands for the whole.
    private static final long WHOLE_MODEL_PRODUCTS = 200_000_000;

    private static final int STREAMS = 3;

    private EngineVectors() {}

    /**
     * Refuses a model beyond the limits of profile 1, or whose parts do not fit together; engines call it before they load.
     *
     * @throws IllegalArgumentException naming the part and the limit
     */
    public static void requireLimits(ExactModel model) {
        ModelShape shape = model.shape();
        // The shape keeps its limits itself.
        require(model.layers().size() == shape.layers(), "layers are missing or too many");
        require(
                model.inverseFrequencies().length == shape.headDimension() / 2,
                "rotary frequencies do not fit the head dimension");
        for (double frequency : model.inverseFrequencies()) {
            require(ProfileLimits.isInverseFrequency(frequency), "a rotary frequency is out of range");
        }
        requireMatrices(model);
        requireHeadSymbols(model);
    }

    private static void requireMatrices(ExactModel model) {
        ModelShape shape = model.shape();
        int hidden = shape.hidden();
        int attention = shape.heads() * shape.headDimension();
        int keyValue = shape.keyValueHeads() * shape.headDimension();
        int inner = shape.feedForward();
        float largest = ProfileLimits.SCALE_MAX;
        requireBetween("symbols", model.symbolCount(), 1, ProfileLimits.HEAD_ROWS_MAX);
        requireBetween("head rows", model.head().rows(), 1, ProfileLimits.HEAD_ROWS_MAX);
        requireMatrix("embedding", model.embedding(), model.symbolCount() + 1, hidden, largest);
        requireMatrix("head", model.head(), model.head().rows(), hidden, ProfileLimits.HEAD_SCALE_MAX);
        for (int index = 0; index < shape.layers(); index++) {
            ExactLayer layer = model.layers().get(index);
            String where = "layer " + index + ", ";
            requireMatrix(where + "query", layer.query(), attention, hidden, largest);
            requireMatrix(where + "key", layer.key(), keyValue, hidden, largest);
            requireMatrix(where + "value", layer.value(), keyValue, hidden, largest);
            requireMatrix(where + "output", layer.output(), hidden, attention, largest);
            requireMatrix(where + "gate", layer.gate(), inner, hidden, largest);
            requireMatrix(where + "up", layer.up(), inner, hidden, largest);
            requireMatrix(where + "down", layer.down(), hidden, inner, largest);
        }
    }

    private static void requireHeadSymbols(ExactModel model) {
        int[] symbols = model.headSymbols();
        require(symbols.length == model.head().rows(), "there is not one symbol for each row of the head");
        int last = 0;
        for (int symbol : symbols) {
            require(symbol >= last && symbol < model.symbolCount(), "head rows are not in symbol order");
            last = symbol;
        }
    }

    /**
     * Runs the vectors. Takes some tenths of a second, whatever the model's size.
     *
     * @param engine its name, for the error
     * @param predictor the model as the engine loaded it
     * @param loader loads a made-up model in the same way, but without calling this; its predictors are closed here
     * @throws EngineMismatchException naming the vector and the position where the first difference is
     */
    public static void check(String engine, Predictor predictor, Function<ExactModel, Predictor> loader) {
        ExactModel model = predictor.model();
        VectorModels made = new VectorModels(model);
        int length = length(made.extreme(2), 34);
        List<ExactModel> models = new ArrayList<>();
        models.add(made.extreme(length));
        models.add(made.scattered(length));
        int flat = Math.min(model.shape().contextTokens(), 640);
        models.add(made.flat(flat));
        boolean whole = model.productsPerSymbol() <= WHOLE_MODEL_PRODUCTS;
        if (!whole) {
            models.add(made.excerpt(4_096));
        }
        for (ExactModel vector : models) {
            int symbols = vector.shape().contextTokens() == flat ? flat : length(vector, 34);
            try (Predictor candidate = loader.apply(vector)) {
                compare(engine, candidate, Math.min(symbols, vector.shape().contextTokens()));
            }
        }
        if (whole) {
            compare(engine, predictor, Math.min(length(model, 12), model.shape().contextTokens()));
        }
    }

    private static int length(ExactModel model, int most) {
        return (int) Math.max(2, Math.min(most, PRODUCTS / model.productsPerSymbol()));
    }

    private static void compare(String engine, Predictor candidate, int length) {
        ExactModel model = candidate.model();
        int[] symbols = new int[length];
        symbols[0] = model.startSymbol();
        for (int i = 1; i < length; i++) {
            symbols[i] = (int) Math.floorMod(i * 2_654_435_761L, (long) model.symbolCount());
        }
        // Plain code, one symbol at a time; only the last rows where there are many positions.
        int firstRow = Math.max(0, length - 40);
        long[] expected = new long[length];
        CallScope scope = CallScope.withMemory(Long.MAX_VALUE);
        try (PlainPredictor plain = new PlainPredictor(model, length);
                PredictionStream stream = plain.open(length, scope)) {
            plain.prefill(
                    List.of(new Passage(stream, symbols, firstRow)),
                    (item, index, row) -> expected[index] = hash(row),
                    scope);
        }
        RowSink onePass = (item, index, row) -> require(engine, model, "one pass", index, expected[index], hash(row));
        try (PredictionStream stream = candidate.open(length, scope)) {
            candidate.prefill(List.of(new Passage(stream, symbols, firstRow)), onePass, scope);
        }
        compareSteps(engine, candidate, symbols, expected, scope);
    }

    /** Several streams, each begun with a pass of its own length, step to the end together. */
    private static void compareSteps(
            String engine, Predictor candidate, int[] symbols, long[] expected, CallScope scope) {
        ExactModel model = candidate.model();
        int length = symbols.length;
        int steps = Math.min(STREAMS + 2, length);
        List<PredictionStream> streams = new ArrayList<>();
        try {
            List<Passage> begun = new ArrayList<>();
            for (int i = 0; i < Math.min(STREAMS, steps); i++) {
                PredictionStream stream = candidate.open(length, scope);
                streams.add(stream);
                int[] prefix = Arrays.copyOf(symbols, length - steps + i);
                begun.add(new Passage(stream, prefix, prefix.length));
            }
            candidate.prefill(begun, (item, index, row) -> {}, scope);
            for (int step = 0; step < steps; step++) {
                List<PredictionStream> open = streams.stream()
                        .filter(stream -> stream.position() < length)
                        .toList();
                int[] positions =
                        open.stream().mapToInt(PredictionStream::position).toArray();
                int[] next = Arrays.stream(positions)
                        .map(position -> symbols[position])
                        .toArray();
                candidate.step(
                        open,
                        next,
                        (item, index, row) -> require(
                                engine,
                                model,
                                open.size() + " streams step by step",
                                positions[item],
                                expected[positions[item]],
                                hash(row)),
                        scope);
            }
        } finally {
            streams.forEach(PredictionStream::close);
        }
    }

    private static void require(String engine, ExactModel model, String how, int position, long expected, long found) {
        if (expected != found) {
            throw new EngineMismatchException(
                    "engine %s does not compute numeric profile %d on this machine: model %s, %s, position %d: expected %016x, found %016x. Choose another engine."
                            .formatted(engine, ProfileLimits.PROFILE, model.name(), how, position, expected, found));
        }
    }

    /** FNV-1a over the prefix sums, a word at a time. */
    static long hash(FrequencyRow row) {
        long hash = 0xCBF2_9CE4_8422_2325L;
        for (int symbol = 1; symbol <= row.symbolCount(); symbol++) {
            hash = (hash ^ row.below(symbol)) * 0x0000_0100_0000_01B3L;
        }
        return hash;
    }

    private static void requireMatrix(String what, QuantizedMatrix matrix, int rows, int columns, float largestScale) {
        if (matrix.rows() != rows || matrix.columns() != columns) {
            throw new IllegalArgumentException(
                    "%s is %d x %d, expected %d x %d".formatted(what, matrix.rows(), matrix.columns(), rows, columns));
        }
        ProfileLimits.requireMatrix(what, matrix, largestScale);
    }

    private static void requireBetween(String what, int value, int least, int most) {
        require(value >= least && value <= most, "%s is %d, allowed are %d to %d".formatted(what, value, least, most));
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("model beyond the limits of numeric profile 1: " + otherwise);
        }
    }
}
