package io.codelength.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TensorTypeTest {
    @Test
    void everyFormatDecodesAsTheSlowDecoderThatSharesNothing() {
        for (TensorType type : TensorType.values()) {
            Random random = new Random(type.name().hashCode());
            for (int round = 0; round < 40; round++) {
                byte[] block = new byte[type.blockBytes()];
                random.nextBytes(block);
                calmScales(type, block, random);
                float[] decoded = new float[type.blockElements()];
                type.decodeBlock(block, 0, decoded, 0);
                for (int i = 0; i < decoded.length; i++) {
                    float expected = SlowBlocks.number(type, block, i);
                    assertThat(Float.floatToRawIntBits(decoded[i] + 0f))
                            .as("%s, round %d, number %d: %s, expected %s", type, round, i, decoded[i], expected)
                            .isEqualTo(Float.floatToRawIntBits(expected + 0f));
                }
            }
        }
    }

    /** Random bytes are sometimes NaN or infinite; those have a test of their own. */
    private static void calmScales(TensorType type, byte[] block, Random random) {
        int[] upperBytes = switch (type) {
            case F32 -> new int[] {3};
            case F16, BF16, Q4_0, Q5_0, Q8_0 -> new int[] {1};
            case Q4_1, Q5_1, Q4_K, Q5_K -> new int[] {1, 3};
            case Q6_K -> new int[] {209};
        };
        for (int at : upperBytes) {
            block[at] = (byte) ((random.nextInt(2) << 7) | random.nextInt(0x60));
        }
    }

    @Test
    void everyHalfDecodesToItsValue() {
        byte[] bytes = new byte[2];
        float[] out = new float[1];
        for (int bits = 0; bits < 1 << 16; bits++) {
            bytes[0] = (byte) bits;
            bytes[1] = (byte) (bits >> 8);
            TensorType.F16.decodeBlock(bytes, 0, out, 0);
            if (((bits >> 10) & 31) == 31) {
                assertThat(Float.isFinite(out[0])).isFalse();
            } else {
                assertThat(out[0]).isEqualTo(SlowBlocks.half(bits).floatValue());
            }
        }
    }

    @Test
    void knownBlocksDecodeToKnownNumbers() {
        byte[] q80 = new byte[34];
        q80[1] = 0x38; // 0.5
        q80[2] = 3;
        q80[33] = -128;
        float[] out = new float[32];
        TensorType.Q8_0.decodeBlock(q80, 0, out, 0);
        assertThat(out[0]).isEqualTo(1.5f);
        assertThat(out[31]).isEqualTo(-64f);

        byte[] q40 = new byte[18];
        q40[1] = 0x40; // 2
        q40[2] = (byte) 0xf1; // first number 1 − 8, number 16 is 15 − 8
        TensorType.Q4_0.decodeBlock(q40, 0, out, 0);
        assertThat(out[0]).isEqualTo(-14f);
        assertThat(out[16]).isEqualTo(14f);
        assertThat(out[1]).isEqualTo(-16f);

        byte[] q41 = new byte[20];
        q41[1] = 0x3c; // 1
        q41[3] = (byte) 0xc0; // −2
        q41[19] = (byte) 0xa5;
        TensorType.Q4_1.decodeBlock(q41, 0, out, 0);
        assertThat(out[15]).isEqualTo(3f);
        assertThat(out[31]).isEqualTo(8f);
        assertThat(out[0]).isEqualTo(-2f);
    }

    @Test
    void blocksLieSideBySide() {
        byte[] two = new byte[2 * 34];
        two[1] = 0x3c;
        two[2] = 7;
        two[35] = 0x3c;
        two[36] = 9;
        float[] out = new float[66];
        Arrays.fill(out, 5);
        TensorType.Q8_0.decode(two, out, 1, 2);
        assertThat(out[0]).isEqualTo(5);
        assertThat(out[1]).isEqualTo(7);
        assertThat(out[33]).isEqualTo(9);
        assertThat(out[65]).isEqualTo(5);
    }

    /**
     * GGML's formats once more, bit by bit and number by number with exact decimals, each rounded to float32 only where the
     * definition in ggml-quants.c rounds.
     */
    private static final class SlowBlocks {
        static float number(TensorType type, byte[] block, int i) {
            return switch (type) {
                case F32 -> Float.intBitsToFloat((int) bits(block, 0, 32));
                case BF16 -> Float.intBitsToFloat((int) bits(block, 0, 16) << 16);
                case F16 -> half((int) bits(block, 0, 16)).floatValue();
                case Q8_0 -> scaled(block, 0, (byte) bits(block, 16 + 8 * i, 8));
                case Q4_0 -> scaled(block, 0, nibble(block, 2, i, 16) - 8);
                case Q4_1 -> affine(block, nibble(block, 4, i, 16));
                case Q5_0 -> scaled(block, 0, nibble(block, 6, i, 16) + 16 * (int) bits(block, 16 + i, 1) - 16);
                case Q5_1 -> affine(block, nibble(block, 8, i, 16) + 16 * (int) bits(block, 32 + i, 1));
                case Q4_K -> superAffine(block, i, kNibble(block, 16, i));
                case Q5_K ->
                    superAffine(
                            block, i, kNibble(block, 48, i) + 16 * (int) bits(block, (16 + i % 32) * 8 + i / 32, 1));
                case Q6_K -> sixBit(block, i);
            };
        }

        /** Bits of the block read as one little-endian integer. */
        static long bits(byte[] block, int from, int count) {
            byte[] reversed = new byte[block.length];
            for (int i = 0; i < block.length; i++) {
                reversed[i] = block[block.length - 1 - i];
            }
            return new BigInteger(1, reversed)
                    .shiftRight(from)
                    .mod(BigInteger.ONE.shiftLeft(count))
                    .longValue();
        }

        /** The first half of the numbers in the low nibbles, the second in the high ones. */
        static int nibble(byte[] block, int at, int i, int half) {
            return (int) bits(block, (at + i % half) * 8 + i / half * 4, 4);
        }

        /** In runs of 64 numbers over 32 bytes. */
        static int kNibble(byte[] block, int at, int i) {
            return (int) bits(block, (at + i / 64 * 32 + i % 32) * 8 + i % 64 / 32 * 4, 4);
        }

        static BigDecimal half(int bits) {
            int exponent = bits / 1024 % 32;
            int fraction = bits % 1024;
            BigDecimal two = BigDecimal.valueOf(2);
            BigDecimal magnitude = exponent == 0
                    ? BigDecimal.valueOf(fraction).divide(two.pow(24))
                    : BigDecimal.valueOf(1024 + fraction)
                            .multiply(two.pow(exponent))
                            .divide(two.pow(25));
            return bits < 32768 ? magnitude : magnitude.negate();
        }

        static float scaled(byte[] block, int at, int value) {
            return half((int) bits(block, at * 8, 16))
                    .multiply(BigDecimal.valueOf(value))
                    .floatValue();
        }

        static float affine(byte[] block, int value) {
            return half((int) bits(block, 0, 16))
                    .multiply(BigDecimal.valueOf(value))
                    .add(half((int) bits(block, 16, 16)))
                    .floatValue();
        }

        /** Eight sub-blocks of 32 with 6-bit scales and minima packed in twelve bytes from byte 4. */
        static float superAffine(byte[] block, int i, int value) {
            int sub = i / 32;
            long scale;
            long least;
            if (sub < 4) {
                scale = bits(block, (4 + sub) * 8, 6);
                least = bits(block, (8 + sub) * 8, 6);
            } else {
                scale = bits(block, (8 + sub) * 8, 4) + 16 * bits(block, sub * 8 + 6, 2);
                least = bits(block, (8 + sub) * 8 + 4, 4) + 16 * bits(block, (4 + sub) * 8 + 6, 2);
            }
            BigDecimal product = half((int) bits(block, 0, 16))
                    .multiply(BigDecimal.valueOf(scale))
                    .multiply(BigDecimal.valueOf(value));
            return product.subtract(half((int) bits(block, 16, 16)).multiply(BigDecimal.valueOf(least)))
                    .floatValue();
        }

        static float sixBit(byte[] block, int i) {
            int half = i / 128;
            int within = i % 128;
            long low = bits(block, (half * 64 + within % 64) * 8 + within / 64 * 4, 4);
            long high = bits(block, (128 + half * 32 + within % 32) * 8 + within / 32 * 2, 2);
            byte scale = (byte) bits(block, (192 + i / 16) * 8, 8);
            return half((int) bits(block, 208 * 8, 16))
                    .multiply(BigDecimal.valueOf(scale))
                    .multiply(BigDecimal.valueOf(low + 16 * high - 32))
                    .floatValue();
        }
    }
}
