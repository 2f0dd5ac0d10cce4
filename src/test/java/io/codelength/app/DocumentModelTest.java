package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.codec.EngineChoice;
import io.codelength.exact.ActivationWidth;
import io.codelength.exact.DocumentVectors;
import io.codelength.exact.DocumentVectors.Vector;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.limit.CallScope;
import io.codelength.model.ExactLayer;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import io.codelength.model.TinyModels;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.Passage;
import io.codelength.predict.PlainPredictor;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every engine gives the frequencies of the document's model, which another implementation made. */
class DocumentModelTest {
    private static final ModelShape SHAPE = new ModelShape(6, 2, 4, 2, 4, 10, 16, 1e-5);
    private static final int SYMBOLS = 7;
    private static final int[] HEAD_SYMBOLS = {0, 1, 2, 2, 3, 4, 5, 5};

    @Test
    void plainCode() {
        check(new PlainPredictor(model()));
    }

    /** {@code auto} is whatever is quickest here: native kernels where there are some. */
    @ParameterizedTest
    @ValueSource(strings = {"reference", "pytorch", "auto"})
    void engines(String name) {
        try (ChosenEngine engine = ChosenEngine.of(new EngineChoice(name, 1), note -> {});
                Predictor predictor = engine.load(model())) {
            check(predictor);
        }
    }

    private static void check(Predictor predictor) {
        List<Vector> vectors = DocumentVectors.of("model");
        int[] symbols = vectors.stream().mapToInt(vector -> vector.integer(0)).toArray();
        List<long[]> expected =
                vectors.stream().map(vector -> vector.integers(1)).toList();
        CallScope scope = CallScope.withMemory(1 << 26);
        try (PredictionStream stream = predictor.open(symbols.length, scope)) {
            List<long[]> onePass = new ArrayList<>();
            predictor.prefill(
                    List.of(new Passage(stream, symbols, 0)),
                    (item, index, row) -> onePass.add(frequencies(row)),
                    scope);
            assertThat(onePass).usingRecursiveComparison().isEqualTo(expected);
            stream.reset();
            List<long[]> stepped = new ArrayList<>();
            for (int symbol : symbols) {
                predictor.step(
                        List.of(stream),
                        new int[] {symbol},
                        (item, index, row) -> stepped.add(frequencies(row)),
                        scope);
            }
            assertThat(stepped).usingRecursiveComparison().isEqualTo(expected);
        }
    }

    private static long[] frequencies(FrequencyRow row) {
        long[] frequencies = new long[row.symbolCount()];
        for (int symbol = 0; symbol < frequencies.length; symbol++) {
            frequencies[symbol] = row.below(symbol + 1) - row.below(symbol);
        }
        return frequencies;
    }

    private static ExactModel model() {
        Weights weights = new Weights();
        int hidden = SHAPE.hidden();
        int inner = SHAPE.feedForward();
        QuantizedMatrix embedding = weights.matrix(SYMBOLS + 1, hidden, 0x1p-7f, ActivationWidth.BITS_8);
        List<ExactLayer> layers = new ArrayList<>();
        for (int layer = 0; layer < SHAPE.layers(); layer++) {
            layers.add(new ExactLayer(
                    weights.matrix(SHAPE.queryWidth(), hidden, 0x1p-8f, ActivationWidth.BITS_8),
                    weights.matrix(SHAPE.keyValueWidth(), hidden, 0x1p-8f, ActivationWidth.BITS_8),
                    weights.matrix(SHAPE.keyValueWidth(), hidden, 0x1p-8f, ActivationWidth.BITS_8),
                    weights.matrix(hidden, SHAPE.queryWidth(), 0x1p-9f, ActivationWidth.BITS_8),
                    weights.matrix(inner, hidden, 0x1p-8f, ActivationWidth.BITS_8),
                    weights.matrix(inner, hidden, 0x1p-8f, ActivationWidth.BITS_8),
                    weights.matrix(hidden, inner, 0x1p-9f, ActivationWidth.BITS_15)));
        }
        QuantizedMatrix head = weights.matrix(HEAD_SYMBOLS.length, hidden, 4, ActivationWidth.BITS_8);
        ExactModel tiny = TinyModels.small();
        return new ExactModel(
                tiny.fingerprint(),
                "the document's",
                SHAPE,
                new double[] {1, 0.01},
                embedding,
                layers,
                head,
                HEAD_SYMBOLS,
                tiny.tokenizer());
    }

    /** The document's generator, asked in the order of the exact file. */
    private static final class Weights {
        private int state = 1;

        QuantizedMatrix matrix(int rows, int columns, float size, ActivationWidth input) {
            byte[] values = new byte[rows * columns];
            for (int i = 0; i < values.length; i++) {
                state = state * 1_664_525 + 1_013_904_223;
                values[i] = (byte) ((state >>> 16) % 255 - 127);
            }
            float[] scales = new float[rows];
            for (int row = 0; row < rows; row++) {
                scales[row] = (1 + row % 3) * size;
            }
            return new QuantizedMatrix(rows, columns, values, scales, input);
        }
    }
}
