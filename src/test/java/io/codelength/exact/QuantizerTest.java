package io.codelength.exact;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class QuantizerTest {
    private static final int[] LARGEST = {127, 255, 16_383, 32_767};

    @Test
    void noIntegerExceedsTheLargestAndTheLargestMagnitudeReachesIt() {
        Random random = new Random(2);
        for (int round = 0; round < 200_000; round++) {
            int n = LARGEST[round % LARGEST.length];
            // Any finite magnitude from 2^-60 to 2^120, with any bits.
            float m = Math.scalb(1 + random.nextInt(1 << 23) * 0x1p-23f, random.nextInt(180) - 60);
            float[] x = {m, -m, m * random.nextFloat(), Math.nextDown(m), -m * 0x1p-120f};
            int[] q = new int[x.length];
            float s = Quantizer.quantise(x, 0, x.length, n, q, 0);
            assertThat(s).isGreaterThanOrEqualTo(0x1p-76f);
            assertThat(q[0]).isEqualTo(n);
            assertThat(q[1]).isEqualTo(-n);
            for (int i = 0; i < x.length; i++) {
                assertThat(q[i]).isBetween(-n, n);
                assertThat(q[i]).isEqualTo((int) Math.rint(x[i] / s));
            }
        }
    }

    @Test
    void rowsBelowTheSmallestCountAsZeroAndSmallNumbersBesideLargeOnesDoNotMatter() {
        int[] q = {7, 7, 7, 7};
        assertThat(Quantizer.quantise(new float[] {Math.nextDown(Quantizer.TINY), 0, -0f, 0}, 0, 4, 127, q, 0))
                .isEqualTo(1);
        assertThat(q).containsOnly(0);
        assertThat(Quantizer.quantise(new float[] {-Quantizer.TINY, Float.MIN_VALUE, 0, 0}, 0, 4, 127, q, 0))
                .isEqualTo(Quantizer.TINY / 127);
        assertThat(q).containsExactly(-127, 0, 0, 0);
    }

    @Test
    void outputsBehindANormStayBelowTheBoundOfTheDocument() {
        Random random = new Random(3);
        for (int round = 0; round < 300; round++) {
            int width = 1 + random.nextInt(round < 290 ? 300 : ProfileLimits.HIDDEN_MAX);
            float size = Math.scalb(1f, random.nextInt(178) - 59);
            float[] x = new float[width];
            for (int i = 0; i < width; i++) {
                // Few large numbers, or all alike, are the corners.
                x[i] = size * (round % 3 == 0 ? (i == 0 ? 1 : 0x1p-8f) : random.nextFloat() - 0.5f);
            }
            byte[] aligned = new byte[width];
            for (int i = 0; i < width; i++) {
                aligned[i] = (byte) (x[i] < 0 ? -127 : 127);
            }
            float scale = round % 2 == 0 ? ProfileLimits.SCALE_MAX : ProfileLimits.SCALE_MIN;
            QuantizedMatrix matrix =
                    new QuantizedMatrix(1, width, aligned, new float[] {scale}, ActivationWidth.BITS_8);
            int[] q = new int[width];
            float factor = RmsNorm.factor(x, 0, width, ProfileLimits.NORM_EPSILON_MIN);
            float a = RmsNorm.quantise(x, 0, width, factor, 127, q, 0);
            float[] y = new float[1];
            Linear.apply(matrix, q, 0, a, y, 0);
            assertThat(Math.abs(y[0])).isBetween(Float.MIN_NORMAL, 192f * width * scale);
        }
    }

    @Test
    void attentionsWeightsReach255AndNoMore() {
        Random random = new Random(4);
        for (int round = 0; round < 20_000; round++) {
            int positions = 1 + random.nextInt(20);
            int[] p = new int[positions];
            float[] keyScales = new float[positions];
            float[] valueScales = new float[positions];
            for (int j = 0; j < positions; j++) {
                p[j] = random.nextInt(33_000_000) - 16_500_000;
                keyScales[j] = Math.scalb(1 + random.nextFloat(), random.nextInt(98) - 67);
                valueScales[j] = Math.scalb(1 + random.nextFloat(), random.nextInt(97) - 67);
            }
            float scale = Attention.weights(p, positions, 0x1p41f, keyScales, 0, valueScales, 0, new float[positions]);
            assertThat(Arrays.stream(p).max().orElseThrow()).isEqualTo(255);
            assertThat(Arrays.stream(p).min().orElseThrow()).isNotNegative();
            assertThat(scale).isBetween(0x1p-91f, Float.MAX_VALUE);
        }
    }
}
