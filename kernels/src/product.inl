// Integer matrix products.
//
// Mathematics: y[r, o] = fl(float(Σ_k w[o, k] · q[r, k]) · fl(s_r · scale_o)), w in [-127, 127], q in [-127, 127] or, with 15
// bits, in [-16383, 16383]. The sum is exact, so its order is free.
//
// Plain version: plainSum below; the tests hold every other to it.
//
// Fast versions: a block of 16 or 32 output channels at a time, several rows of input together, sums in registers. Weights
// lie so that one vector load brings `group` consecutive input channels of W output channels; the same `group` channels of
// one row's input are broadcast to all lanes; one dot-product step multiplies and adds. By path:
//   scalar      group 2, 16-bit inputs, shifts and multiplications of 32-bit lanes
//   avx2        group 2, 16-bit inputs: vpmaddwd of widened weights, vpaddd. A pair is at most 2 · 16383 · 127 < 2^23, so
//               nothing saturates (vpmaddubsw on 8-bit pairs could: 2 · 255 · 127 > 2^15)
//   neon        group 4, 8-bit inputs: sdot
//   avxvnni     group 4, inputs + 128 as unsigned bytes: vpdpbusd, which does not saturate
//   avx512vnni  the same, 16 lanes
//   amx         the same for one row, tiles for more (tiles.inl)
// Inputs with 128 added change the sum by 128 · Σ_k w[o, k], known beforehand: sums begin at its negative. Partial sums
// are modulo 2^32 and the final one fits: K · 127 · 127 < 2^31 for K ≤ 65,536.
// 15-bit inputs: 16-bit paths add at most 1,024 columns in 32 bits (1024 · 16383 · 127 < 2^31) and join such parts in 64;
// 8-bit paths multiply two limbs, q = 128 · high + low, and join the two sums in float64, exactly (below 2^53).

static inline int64_t plainSum(const int8_t* weights, const int32_t* q, int columns) {
    int64_t sum = 0;
    for (int k = 0; k < columns; k++) {
        sum += weights[k] * q[k];
    }
    return sum;
}

constexpr int kVectors = kColumnBlock / W;  // of one block of output channels
constexpr int kFineColumns = 1024;

// Where a product's outputs go.
struct Target {
    float* y;
    size_t stride;  // of rows, in floats
    bool add;       // fl(y + output) instead of output

    inline void put(int row, int column, F sum, F scale) const {
        float* to = y + row * stride + column;
        F output = sum * scale;
        store(to, add ? load<F>(to) + output : output);
    }
};

// Matrices of larger models come from memory: while one block is multiplied, pass after pass of rows, the next one is asked for,
// as many bytes a group as spread it over all passes. (With few rows nothing but loading is done, and the processor sees for
// itself what comes next.)
struct NextBlock {
    const int8_t* at;
    int groupBytes;
};

// One block of output channels for R rows of input.
template <int R, bool Fine>
static inline void multiplyBlock(
    const Matrix& matrix, int block, const Activation* a, size_t stride, const float* s, const Target& target, int row,
    NextBlock ahead) {
    constexpr int L = Fine && kLimbs ? 2 : 1;
    constexpr int M = R * L;
    const size_t blockBytes = static_cast<size_t>(matrix.groups) * (kColumnBlock * kGroup);
    const int8_t* weights = matrix.data.data() + static_cast<size_t>(block) * blockBytes;
    const int32_t* start = matrix.start.data() + static_cast<size_t>(block) * kColumnBlock;
    I sums[M][kVectors];
    for (int m = 0; m < M; m++) {
        for (int v = 0; v < kVectors; v++) {
            sums[m][v] = load<I>(start + v * W);
        }
    }
    auto run = [&](int from, int to) {
        for (int g = from; g < to; g++) {
            Weights w[kVectors];
#pragma GCC unroll 8
            for (int v = 0; v < kVectors; v++) {
                const int8_t* at = weights + (static_cast<size_t>(g) * kVectors + v) * (W * kGroup);
                w[v] = loadWeights(at);
            }
            if (M >= 4) {
                const int8_t* at = ahead.at + static_cast<size_t>(g) * static_cast<size_t>(ahead.groupBytes);
                __builtin_prefetch(at, 0, 2);
                if (ahead.groupBytes > static_cast<int>(kLine)) {
                    __builtin_prefetch(at + kLine, 0, 2);
                }
            }
#pragma GCC unroll 16
            for (int m = 0; m < M; m++) {
                I input = broadcast(a + m * stride + static_cast<size_t>(g) * kGroup);
#pragma GCC unroll 8
                for (int v = 0; v < kVectors; v++) {
                    sums[m][v] = dot(sums[m][v], input, w[v]);
                }
            }
        }
    };
    const float* scales = matrix.scales.data() + static_cast<size_t>(block) * kColumnBlock;
    if (Fine && !kLimbs && matrix.groups > kFineColumns / kGroup) {
        int64_t joined[M][kColumnBlock] = {};
        for (int from = 0; from < matrix.groups; from += kFineColumns / kGroup) {
            int to = from + kFineColumns / kGroup < matrix.groups ? from + kFineColumns / kGroup : matrix.groups;
            run(from, to);
            for (int m = 0; m < M; m++) {
                for (int v = 0; v < kVectors; v++) {
                    for (int i = 0; i < W; i++) {
                        joined[m][v * W + i] += sums[m][v][i];
                    }
                    sums[m][v] = all(0);
                }
            }
        }
        for (int m = 0; m < M; m++) {
            for (int v = 0; v < kVectors; v++) {
                F sum;
                for (int i = 0; i < W; i++) {
                    sum[i] = static_cast<float>(joined[m][v * W + i]);
                }
                target.put(row + m, block * kColumnBlock + v * W, sum, all(s[m]) * load<F>(scales + v * W));
            }
        }
        return;
    }
    run(0, matrix.groups);
    // Copies, since the compiler must think that a store changes what is behind a pointer.
    const Target to = target;
    F channelScales[kVectors];
    for (int v = 0; v < kVectors; v++) {
        channelScales[v] = load<F>(scales + v * W);
    }
#pragma GCC unroll 16
    for (int r = 0; r < R; r++) {
        F rowScale = all(s[r]);
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; v++) {
            F sum;
            if constexpr (L == 2) {
                sum = joinLimbs(sums[2 * r][v], sums[2 * r + 1][v]);
            } else {
                sum = floatOf(sums[r][v]);
            }
            to.put(row + r, block * kColumnBlock + v * W, sum, rowScale * channelScales[v]);
        }
    }
}

template <int R, bool Fine>
static inline void multiplyRows(
    int rows, const Matrix& matrix, int block, const Activation* a, size_t stride, const float* s, const Target& target, int row,
    NextBlock ahead) {
    if constexpr (R > 0) {
        if (rows == R) {
            multiplyBlock<R, Fine>(matrix, block, a, stride, s, target, row, ahead);
        } else {
            multiplyRows<R - 1, Fine>(rows, matrix, block, a, stride, s, target, row, ahead);
        }
    }
}

#if defined(CL_TILES)
#include "tiles.inl"
#endif

// Output channels of blocks [blockFrom, blockTo) for `rows` rows; row r of the input begins at a + r · limbs · stride.
template <bool Fine>
static void multiply(
    const Matrix& matrix, int blockFrom, int blockTo, const Activation* a, size_t stride, const float* s, int rows,
    const Target& target) {
#if defined(CL_TILES)
    if (rows >= kLeastTiled) {
        multiplyTiles<Fine>(matrix, blockFrom, blockTo, a, stride, s, rows, target);
        return;
    }
#endif
    constexpr int L = Fine && kLimbs ? 2 : 1;
    constexpr int most = kRowsAtOnce / L;
    int passes = (rows + most - 1) / most;
    constexpr int groupBytes = kColumnBlock * kGroup;
    const size_t blockBytes = static_cast<size_t>(matrix.groups) * groupBytes;
    const int aheadBytes = (groupBytes + passes - 1) / passes;
    for (int block = blockFrom; block < blockTo; block++) {
        const int8_t* next = matrix.data.data() + static_cast<size_t>(block + 1) * blockBytes;
        int row = 0;
        for (int pass = passes; pass > 0; pass--) {
            int count = (rows - row + pass - 1) / pass;
            multiplyRows<most, Fine>(
                count, matrix, block, a + static_cast<size_t>(row) * L * stride, stride, s + row, target, row,
                {next, aheadBytes});
            next += static_cast<size_t>(matrix.groups) * static_cast<size_t>(aheadBytes);
            row += count;
        }
    }
}

static void multiply(
    const Matrix& matrix, int blockFrom, int blockTo, const Scratch& in, int rows, const Target& target) {
    const Activation* a = reinterpret_cast<const Activation*>(in.activations.data());
    size_t stride = in.activationStride / sizeof(Activation);
    if (matrix.fine) {
        multiply<true>(matrix, blockFrom, blockTo, a, stride, in.scales, rows, target);
    } else {
        multiply<false>(matrix, blockFrom, blockTo, a, stride, in.scales, rows, target);
    }
}
