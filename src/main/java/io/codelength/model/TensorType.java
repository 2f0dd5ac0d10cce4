package io.codelength.model;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * How the numbers of a tensor lie in a file: {@code blockElements} numbers in {@code blockBytes} bytes. The quantised
 * formats are GGML's ({@code ggml-common.h} of the ggml project describes the blocks). Every number decodes to one float32
 * with at most one rounding (the products of an 11-bit scale, a 6-bit sub-scale and a small integer are exact), so the
 * result is the same everywhere.
 */
enum TensorType {
    F32(0, 1, 4) {
        @Override
        void decodeBlock(byte[] in, int at, float[] out, int to) {
            out[to] = Float.intBitsToFloat((int) INT.get(in, at));
        }
    },
    F16(1, 1, 2) {
        @Override
        void decodeBlock(byte[] in, int at, float[] out, int to) {
            out[to] = half(in, at);
        }
    },
    BF16(30, 1, 2) {
        @Override
        void decodeBlock(byte[] in, int at, float[] out, int to) {
            out[to] = Float.intBitsToFloat((short) SHORT.get(in, at) << 16);
        }
    },
    Q4_0(2, 32, 18) {
        @Override
        void decodeBlock(byte[] in, int at, float[] out, int to) {
            float scale = half(in, at);
            for (int i = 0; i < 16; i++) {
                out[to + i] = scale * (nibble(in[at + 2 + i], 0) - 8);
                out[to + 16 + i] = scale * (nibble(in[at + 2 + i], 4) - 8);
            }
        }
    },
    Q4_1(3, 32, 20) {
        @Override
        void decodeBlock(byte[] in, int at, float[] out, int to) {
            float scale = half(in, at);
            float least = half(in, at + 2);
            for (int i = 0; i < 16; i++) {
                out[to + i] = scale * nibble(in[at + 4 + i], 0) + least;
                out[to + 16 + i] = scale * nibble(in[at + 4 + i], 4) + least;
            }
        }
    },
    Q5_0(6, 32, 22) {
        @Override
        void decodeBlock(byte[] in, int at, float[] out, int to) {
            float scale = half(in, at);
            int fifth = (int) INT.get(in, at + 2);
            for (int i = 0; i < 16; i++) {
                out[to + i] = scale * (fiveBits(in[at + 6 + i], 0, fifth >>> i) - 16);
                out[to + 16 + i] = scale * (fiveBits(in[at + 6 + i], 4, fifth >>> (i + 16)) - 16);
            }
        }
    },
    Q5_1(7, 32, 24) {
        @Override
        void decodeBlock(byte[] in, int at, float[] out, int to) {
            float scale = half(in, at);
            float least = half(in, at + 2);
            int fifth = (int) INT.get(in, at + 4);
            for (int i = 0; i < 16; i++) {
                out[to + i] = scale * fiveBits(in[at + 8 + i], 0, fifth >>> i) + least;
                out[to + 16 + i] = scale * fiveBits(in[at + 8 + i], 4, fifth >>> (i + 16)) + least;
            }
        }
    },
    Q8_0(8, 32, 34) {
        @Override
        void decodeBlock(byte[] in, int at, float[] out, int to) {
            float scale = half(in, at);
            for (int i = 0; i < 32; i++) {
                out[to + i] = scale * in[at + 2 + i];
            }
        }
    },
    /** Scale, least, 12 bytes of 6-bit sub-scales and sub-minima, 128 bytes of nibbles. */
    Q4_K(12, 256, 144) {
        @Override
        void decodeBlock(byte[] in, int at, float[] out, int to) {
            float scale = half(in, at);
            float least = half(in, at + 2);
            for (int sub = 0; sub < 8; sub++) {
                float subScale = scale * subScale(in, at + 4, sub);
                float subLeast = least * subLeast(in, at + 4, sub);
                int nibbles = at + 16 + sub / 2 * 32;
                int shift = sub % 2 * 4;
                for (int i = 0; i < 32; i++) {
                    out[to + sub * 32 + i] = subScale * nibble(in[nibbles + i], shift) - subLeast;
                }
            }
        }
    },
    /** As {@link #Q4_K} with 32 bytes of fifth bits before the nibbles. */
    Q5_K(13, 256, 176) {
        @Override
        void decodeBlock(byte[] in, int at, float[] out, int to) {
            float scale = half(in, at);
            float least = half(in, at + 2);
            for (int sub = 0; sub < 8; sub++) {
                float subScale = scale * subScale(in, at + 4, sub);
                float subLeast = least * subLeast(in, at + 4, sub);
                int nibbles = at + 48 + sub / 2 * 32;
                int shift = sub % 2 * 4;
                for (int i = 0; i < 32; i++) {
                    int value = fiveBits(in[nibbles + i], shift, in[at + 16 + i] >> sub);
                    out[to + sub * 32 + i] = subScale * value - subLeast;
                }
            }
        }
    },
    /** 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 signed sub-scales, scale. */
    Q6_K(14, 256, 210) {
        @Override
        void decodeBlock(byte[] in, int at, float[] out, int to) {
            float scale = half(in, at + 208);
            for (int half = 0; half < 2; half++) {
                for (int quarter = 0; quarter < 4; quarter++) {
                    int low = at + half * 64 + quarter % 2 * 32;
                    int high = at + 128 + half * 32;
                    int nibbleShift = quarter / 2 * 4;
                    int pairShift = quarter * 2;
                    for (int i = 0; i < 32; i++) {
                        int value = sixBits(in[low + i], nibbleShift, in[high + i] >> pairShift) - 32;
                        int subScale = in[at + 192 + half * 8 + quarter * 2 + i / 16];
                        out[to + half * 128 + quarter * 32 + i] = scale * subScale * value;
                    }
                }
            }
        }
    };

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private final int ggmlNumber;
    private final int blockElements;
    private final int blockBytes;

    TensorType(int ggmlNumber, int blockElements, int blockBytes) {
        this.ggmlNumber = ggmlNumber;
        this.blockElements = blockElements;
        this.blockBytes = blockBytes;
    }

    /** The number by which GGUF files name it. */
    int ggmlNumber() {
        return ggmlNumber;
    }

    /** Numbers in one block; a row holds whole blocks. */
    int blockElements() {
        return blockElements;
    }

    int blockBytes() {
        return blockBytes;
    }

    /** Decodes one block at {@code in[at]} to {@code out[to … to + blockElements)}. */
    abstract void decodeBlock(byte[] in, int at, float[] out, int to);

    /** Decodes {@code blocks} neighbouring blocks. */
    void decode(byte[] in, float[] out, int to, int blocks) {
        for (int block = 0; block < blocks; block++) {
            decodeBlock(in, block * blockBytes, out, to + block * blockElements);
        }
    }

    /** The float16 at {@code in[at]}, exactly. */
    private static float half(byte[] in, int at) {
        int bits = (short) SHORT.get(in, at) & 0xffff;
        int exponent = (bits >> 10) & 31;
        int fraction = bits & 1023;
        float magnitude;
        if (exponent == 0) {
            magnitude = fraction * 0x1p-24f;
        } else if (exponent == 31) {
            magnitude = fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
        } else {
            magnitude = Float.intBitsToFloat(((exponent + 112) << 23) | (fraction << 13));
        }
        return bits >> 15 == 0 ? magnitude : -magnitude;
    }

    private static int nibble(byte packed, int shift) {
        return (packed >> shift) & 15;
    }

    /** A nibble below the lowest bit of {@code top}. */
    private static int fiveBits(byte packed, int shift, int top) {
        return nibble(packed, shift) + ((top & 1) << 4);
    }

    /** A nibble below the two lowest bits of {@code top}. */
    private static int sixBits(byte packed, int shift, int top) {
        return nibble(packed, shift) + ((top & 3) << 4);
    }

    /** The 6-bit scale of one of eight sub-blocks: the first four plain, the others split over two bytes. */
    private static int subScale(byte[] in, int at, int sub) {
        return sub < 4 ? in[at + sub] & 63 : sixBits(in[at + sub + 4], 0, in[at + sub - 4] >> 6);
    }

    private static int subLeast(byte[] in, int at, int sub) {
        return sub < 4 ? in[at + sub + 4] & 63 : sixBits(in[at + sub + 4], 4, in[at + sub] >> 6);
    }
}
