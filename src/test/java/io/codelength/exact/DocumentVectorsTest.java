package io.codelength.exact;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.exact.DocumentVectors.Vector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Package {@code exact} computes what the document says, bit for bit, by vectors that another implementation made. */
class DocumentVectorsTest {
    @Test
    void entriesOfTheTable() throws IOException {
        check(
                "exponentials",
                vector -> assertThat(Exponentials.at(vector.integer(0))).isEqualTo(vector.integer(1)));
        assertThat(Files.readString(Path.of("docs/arithmetic.md"))).contains(Exponentials.SHA_256);
    }

    @Test
    void decay() {
        check(
                "decay",
                vector -> assertThat(Exponentials.decay(vector.number(0, 0))).isEqualTo(vector.integer(1)));
    }

    @Test
    void quantising() {
        check("quantise", vector -> {
            float[] x = vector.floats(1);
            int[] q = new int[x.length];
            equal(Quantizer.quantise(x, 0, x.length, vector.integer(0), q, 0), vector.number(2, 0));
            assertThat(q).isEqualTo(ints(vector.integers(3)));
        });
    }

    @Test
    void linearOutputs() {
        check("linear", vector -> {
            long sum = Long.parseLong(vector.fields().get(0)[0]);
            equal(Linear.output(sum, vector.number(0, 1), vector.number(0, 2)), vector.number(1, 0));
        });
    }

    @Test
    void norms() {
        check("norm", vector -> {
            double epsilon = vector.wide(0, 0);
            float[] x = vector.floats(1);
            float s2 = vector.number(2, 0);
            long squareSum = Long.parseLong(vector.fields().get(2)[1]);
            float expected = vector.number(3, 0);
            equal(RmsNorm.factor(x, 0, x.length, epsilon), expected);
            equal(RmsNorm.factor(squareSum, s2, x.length, epsilon), expected);
            equal(Quantizer.scale(Quantizer.largestMagnitude(x, 0, x.length), 32_767), s2);
            int[] q = new int[x.length];
            float a = RmsNorm.quantise(x, 0, x.length, expected, 127, q, 0);
            int[] plain = new int[x.length];
            equal(a, Quantizer.quantise(x, 0, x.length, 127, plain, 0) * expected);
            assertThat(q).isEqualTo(plain);
        });
    }

    @Test
    void rotaryPositions() {
        check("angles", vector -> {
            int position = Integer.parseInt(vector.fields().get(0)[1]);
            RotaryTable table = new RotaryTable(new double[] {vector.wide(0, 0)}, position + 1);
            equal(table.cosines()[position], vector.number(1, 0));
            equal(table.sines()[position], vector.number(1, 1));
        });
        check("rotate", vector -> {
            // A table whose only angle has nearly this cosine and sine is searched for; the formula is checked on its
            // own.
            float[] pair = vector.floats(0);
            float cos = vector.number(1, 0);
            float sin = vector.number(1, 1);
            double angle = Math.atan2(sin, cos);
            RotaryTable table = new RotaryTable(new double[] {angle < 0 ? angle + 2 * Math.PI : angle}, 2);
            equal(table.cosines()[1], cos);
            equal(table.sines()[1], sin);
            table.rotate(pair, 0, 1);
            equal(pair[0], vector.number(2, 0));
            equal(pair[1], vector.number(2, 1));
        });
    }

    @Test
    void attention() {
        check("score scale", vector -> equal(Attention.scoreScale(vector.integer(0)), vector.number(1, 0)));
        check("attention", vector -> {
            int[] dots = ints(vector.integers(1));
            float scale = Attention.weights(
                    dots,
                    dots.length,
                    vector.number(0, 0),
                    vector.floats(2),
                    0,
                    vector.floats(3),
                    0,
                    new float[dots.length]);
            assertThat(dots).isEqualTo(ints(vector.integers(4)));
            equal(scale, vector.number(5, 0));
        });
    }

    @Test
    void swiGlu() {
        check("gated", vector -> equal(SiLu.gated(vector.number(0, 0), vector.number(0, 1)), vector.number(1, 0)));
    }

    @Test
    void frequencies() {
        check("frequencies", vector -> {
            float[] t = vector.floats(0);
            float max = Float.NEGATIVE_INFINITY;
            for (float value : t) {
                max = Math.max(max, value);
            }
            int[] found = new int[t.length];
            for (int row = 0; row < t.length; row++) {
                found[row] = Exponentials.decay(max - t[row]);
            }
            assertThat(found).isEqualTo(ints(vector.integers(1)));
        });
    }

    private static void check(String name, Consumer<Vector> expectation) {
        List<Vector> vectors = DocumentVectors.of(name);
        assertThat(vectors).hasSizeGreaterThan(2);
        for (Vector vector : vectors) {
            try {
                expectation.accept(vector);
            } catch (AssertionError e) {
                throw new AssertionError(name + ", vector " + vector.line(), e);
            }
        }
    }

    /** Zeros of both signs are one: no result depends on which ("Proofs"). */
    private static void equal(float found, float expected) {
        assertThat(Float.floatToRawIntBits(found + 0f))
                .as("%s, expected %s", found, expected)
                .isEqualTo(Float.floatToRawIntBits(expected + 0f));
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }
}
