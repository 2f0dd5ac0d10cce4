package io.codelength.predict;

import io.codelength.exact.ActivationWidth;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.model.ExactLayer;
import io.codelength.model.ExactModel;
import io.codelength.model.Fingerprint;
import io.codelength.model.ModelShape;
import io.codelength.token.Tokenizer;
import io.codelength.token.Vocabulary;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Models of any shape with weights from a seed, for tests that need no text. */
public final class RandomExactModels {
    private RandomExactModels() {}

    /** Two layers, grouped queries, a width that is no multiple of four, two head rows for some symbols. */
    public static ExactModel tiny() {
        return make(new ModelShape(18, 2, 4, 2, 6, 22, 64, 1e-5), 50, 53, ActivationWidth.BITS_15, 7);
    }

    /** The shape of {@code models/base}. */
    public static ExactModel likeBase() {
        return make(new ModelShape(256, 6, 4, 2, 64, 768, 1024, 1e-5), 8191, 8191, ActivationWidth.BITS_15, 8);
    }

    public static ExactModel make(ModelShape shape, int symbols, int headRows, ActivationWidth down, long seed) {
        Random random = new Random(seed);
        int d = shape.hidden();
        int a = shape.heads() * shape.headDimension();
        int kv = shape.keyValueHeads() * shape.headDimension();
        int f = shape.feedForward();
        List<ExactLayer> layers = new ArrayList<>();
        for (int i = 0; i < shape.layers(); i++) {
            layers.add(new ExactLayer(
                    matrix(random, a, d, 1, ActivationWidth.BITS_8),
                    matrix(random, kv, d, 1, ActivationWidth.BITS_8),
                    matrix(random, kv, d, 1, ActivationWidth.BITS_8),
                    matrix(random, d, a, 1, ActivationWidth.BITS_8),
                    matrix(random, f, d, 1, ActivationWidth.BITS_8),
                    matrix(random, f, d, 1, ActivationWidth.BITS_8),
                    matrix(random, d, f, 1, down)));
        }
        double[] frequencies = new double[shape.headDimension() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1 / StrictMath.pow(10_000, 2.0 * i / shape.headDimension());
        }
        int[] headSymbols = new int[headRows];
        for (int row = 0; row < headRows; row++) {
            headSymbols[row] = Math.max(0, row - (headRows - symbols));
        }
        return new ExactModel(
                new Fingerprint(new byte[32]),
                "random-" + seed,
                shape,
                frequencies,
                matrix(random, symbols + 1, d, 3, ActivationWidth.BITS_8),
                layers,
                matrix(random, headRows, d, 1_477, ActivationWidth.BITS_8),
                headSymbols,
                new NoTokenizer());
    }

    private static QuantizedMatrix matrix(Random random, int rows, int columns, float size, ActivationWidth input) {
        byte[] values = new byte[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (byte) (random.nextInt(255) - 127);
        }
        float[] scales = new float[rows];
        for (int row = 0; row < rows; row++) {
            scales[row] = size * (float) (0.5 + random.nextDouble()) / (73 * (float) StrictMath.sqrt(columns));
        }
        return new QuantizedMatrix(rows, columns, values, scales, input);
    }

    private static final class NoTokenizer implements Tokenizer {
        @Override
        public int[] encode(byte[] source, int from, int to) {
            throw new UnsupportedOperationException("a random model has no tokenizer");
        }

        @Override
        public Vocabulary vocabulary() {
            throw new UnsupportedOperationException("a random model has no vocabulary");
        }
    }
}
