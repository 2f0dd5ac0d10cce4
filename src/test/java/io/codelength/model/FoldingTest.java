package io.codelength.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.Shared;
import io.codelength.exact.ActivationWidth;
import io.codelength.model.store.ModelFiles;
import io.codelength.token.Alphabet;
import io.codelength.token.BytePairTokenizer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/**
 * Folding and rotation change nothing in real arithmetic. A slow Llama in float64 ({@link SlowLlama}) is run
 * on the source's weights and on the dequantised weights of the exact contents; only the 8-bit weights may tell them apart.
 */
class FoldingTest {
    @Test
    void rotationsAreOrthogonal() {
        for (int size : new int[] {1, 2, 8, 33, 64, 256}) {
            double[] q = Rotation.residual(size);
            double[] products = new double[size * size];
            Products.multiply(q, Products.transpose(q, size, size), products, size, size, 0, size);
            for (int i = 0; i < size; i++) {
                for (int j = 0; j < size; j++) {
                    assertThat(products[i * size + j]).isCloseTo(i == j ? 1 : 0, offset(1e-14));
                }
            }
        }
        assertThat(Rotation.values(8, 0)).isNotEqualTo(Rotation.values(8, 1));
    }

    @Test
    void productsSumInTheOrderOfTheirDefinition() {
        for (int[] sizes : new int[][] {{1, 1, 1}, {2, 4, 3}, {3, 7, 5}, {5, 13, 9}, {4, 8, 16}}) {
            double[] left = Rotation.orthogonal(13, 1);
            double[] right = Rotation.orthogonal(17, 2);
            double[] out = new double[sizes[0] * sizes[2]];
            Products.multiply(left, right, out, sizes[1], sizes[2], 0, sizes[0]);
            for (int row = 0; row < sizes[0]; row++) {
                for (int column = 0; column < sizes[2]; column++) {
                    double sum = 0;
                    for (int k = 0; k < sizes[1]; k++) {
                        sum += left[row * sizes[1] + k] * right[k * sizes[2] + column];
                    }
                    assertThat(out[row * sizes[2] + column]).isEqualTo(sum);
                }
            }
        }
    }

    @Test
    void rowsQuantiseToTheirLargestAndZeroRowsToScaleOne() {
        byte[] values = new byte[4];
        double[] weights = {0.5, -1, 0.25, 0.0039};
        float scale = RowQuantizer.quantize(weights, 0, 4, values, 0);
        assertThat(scale).isEqualTo((float) (1.0 / 127));
        assertThat(values).containsExactly(64, -127, 32, 0);
        assertThat(RowQuantizer.quantize(new double[] {0x1p-41, 0}, 0, 2, new byte[2], 0))
                .isEqualTo(1f);
        byte[] smallest = new byte[1];
        assertThat(RowQuantizer.quantize(new double[] {-0x1p-40}, 0, 1, smallest, 0))
                .isGreaterThan(0x1p-47f);
        assertThat(smallest).containsExactly(-127);
    }

    @Test
    void tinyModelsComputeTheSameAfterFoldingAndRotating() throws IOException {
        ModelShape[] shapes = {
            new ModelShape(32, 2, 4, 2, 8, 43, 64, 1e-5),
            new ModelShape(33, 2, 6, 2, 6, 51, 40, 1e-5),
            new ModelShape(24, 3, 4, 4, 10, 30, 100, 1e-3)
        };
        for (ModelShape shape : shapes) {
            for (boolean tied : new boolean[] {true, false}) {
                SourceModel source = TinyModels.source(shape, tied, 11);
                for (boolean rotate : new boolean[] {true, false}) {
                    check(source, rotate, new int[] {0, 5, 100, 257, 33, 90, 1}, 0.06);
                }
            }
        }
    }

    @Test
    void storiesComputesTheSameAfterFoldingAndRotating() throws IOException {
        checkShared("models/stories260K");
    }

    @Test
    void smollmComputesTheSameAfterFoldingAndRotating() throws IOException {
        // Only where somebody asks for it: half a minute of import and a slow forward pass.
        assumeTrue(Boolean.getBoolean("codelength.slow"), "skipped: -Dcodelength.slow=true runs it");
        checkShared("models/smollm2-135m/SmolLM2-135M-Instruct.Q4_1.gguf");
    }

    @Test
    void baseComputesTheSameAfterFoldingAndRotatingAndPredictsText() throws IOException {
        checkShared("models/base");
        try (SourceModel source = ModelFiles.open(Shared.require("models/base"))) {
            byte[] text = Arrays.copyOf(Files.readAllBytes(Shared.require("bench/canterbury/fields.c")), 150);
            int[] tokens = tokens(source, new String(text, StandardCharsets.ISO_8859_1));
            double[][] logits = new SlowLlama(source).logits(tokens);
            double bits = 0;
            for (int i = 0; i + 1 < tokens.length; i++) {
                double sum = 0;
                for (double logit : logits[i]) {
                    sum += Math.exp(logit - logits[i][tokens[i + 1]]);
                }
                bits += Math.log(sum) / Math.log(2);
            }
            assertThat(bits / 150).as("bits a byte").isBetween(0.5, 3.5);
        }
    }

    private static void checkShared(String path) throws IOException {
        try (SourceModel source = ModelFiles.open(Shared.require(path))) {
            check(source, true, tokens(source, "Once upon a time, there was a little girl named Lily."), 0.06);
        }
    }

    private static int[] tokens(SourceModel source, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        Alphabet alphabet = Alphabet.of(source.tokenizer());
        int[] symbols = new BytePairTokenizer(source.tokenizer()).encode(bytes, 0, bytes.length);
        int[] tokens = new int[symbols.length + 1];
        tokens[0] = alphabet.startToken();
        for (int i = 0; i < symbols.length; i++) {
            tokens[i + 1] = alphabet.fedToken(symbols[i]);
        }
        return tokens;
    }

    private static void check(SourceModel source, boolean rotate, int[] tokens, double tolerance) throws IOException {
        ImportOptions options = ImportOptions.DEFAULT.withRotation(rotate).withWidths(ActivationWidth.BITS_15);
        ExactContents contents = TinyModels.contents(source, options, 2);
        Alphabet alphabet = Alphabet.of(source.tokenizer());
        double[][] expected = new SlowLlama(source).logits(tokens);
        double[][] found = new SlowLlama(contents, alphabet).logits(tokens);
        double error = 0;
        double spread = 0;
        int[] rows = alphabet.tokensInOrder();
        for (int position = 0; position < tokens.length; position++) {
            double mean = 0;
            for (int token : rows) {
                mean += expected[position][token] / rows.length;
            }
            for (int row = 0; row < rows.length; row++) {
                error += Math.pow(found[position][row] - expected[position][rows[row]], 2);
                spread += Math.pow(expected[position][rows[row]] - mean, 2);
            }
        }
        assertThat(Math.sqrt(error / spread))
                .as("error of logits beside their spread")
                .isLessThan(tolerance);
    }
}
