// Numeric profile 1, one operation at a time (docs/arithmetic.md): the scalar definitions that every native version, for
// processors and for CUDA, computes bit for bit. Compile with contraction off (-ffp-contract=off, -fmad=false) and without
// any fast-math: each operation below is rounded on its own.
#ifndef CODELENGTH_PROFILE1_H
#define CODELENGTH_PROFILE1_H

#include <stdint.h>
#include <string.h>

#if defined(__CUDACC__)
#define CL_PROFILE __host__ __device__ __forceinline__
#else
#include <math.h>
#define CL_PROFILE inline
#endif

namespace codelength {
namespace profile1 {

// The table EXP2[i] = rint(2^30 · 2^(−i/1024)), 0 ≤ i < 31·1024.
constexpr int kSteps = 1024;
constexpr int kEntries = 31 * kSteps;
constexpr int kLast = kEntries - 1;
constexpr int32_t kOne = 1 << 30;

// Largest integers of 8-bit and of 15-bit activations, of the norm's fine grid, and of attention's weights.
constexpr int kLargest8 = 127;
constexpr int kLargest15 = 16383;
constexpr int kLargestNorm = 32767;
constexpr int kWeightMax = 255;

// A row whose largest magnitude is below this counts as zero: scale 1, all integers 0.
constexpr float kTiny = 0x1p-60f;

// (float) (1024 · log2(e)), what |gate| is multiplied by before it indexes the table.
constexpr float kSiluScale = static_cast<float>(1024 * 0x1.71547652b82fep0);

// 1.5 · 2^23: adding it to |v| < 2^22 leaves rint(v), half to even, in the low bits of the sum.
constexpr float kRounder = 12582912.0f;
constexpr int32_t kRounderBits = 0x4B400000;

// A frequency row is searched in blocks of this many rows of the head.
constexpr int kFrequencyBlock = 128;

CL_PROFILE int32_t bits(float v) {
    int32_t i;
    memcpy(&i, &v, sizeof i);
    return i;
}

CL_PROFILE float fromBits(int32_t i) {
    float v;
    memcpy(&v, &i, sizeof v);
    return v;
}

// rint(v), half to even, for |v| < 2^22.
CL_PROFILE int32_t rint22(float v) {
    return bits(v + kRounder) - kRounderBits;
}

// --- quantising: q_i = rint(fl(x_i / s)) with s = fl(max|x| / largest)

// |x| as an integer whose order is that of the magnitudes of finite floats.
CL_PROFILE int32_t magnitudeBits(float x) {
    return bits(x) & 0x7fffffff;
}

CL_PROFILE float quantisationScale(float magnitude, int largest) {
    return magnitude < kTiny ? 1.0f : magnitude / static_cast<float>(largest);
}

// Only for a row that does not count as zero.
CL_PROFILE int32_t quantised(float x, float scale) {
    return rint22(x / scale);
}

// The limbs of a 15-bit integer, split by truncation toward zero: q = 128·hi + lo, both in [-127, 127].
CL_PROFILE int32_t highLimb(int32_t q) {
    return q / 128;
}

CL_PROFILE int32_t lowLimb(int32_t q) {
    return q - 128 * (q / 128);
}

// --- linear layers

// fl(float(sum) · fl(s · rowScale)).
CL_PROFILE float linearOutput(int64_t sum, float s, float rowScale) {
    return static_cast<float>(sum) * (s * rowScale);
}

// fl(float(weight) · scale).
CL_PROFILE float embedded(int8_t weight, float scale) {
    return static_cast<float>(weight) * scale;
}

// --- norm: (float) (1 / sqrt(ss · s2² / d + eps)), ss = Σ rint(fl(x / s2))², s2 = fl(max|x| / 32767) or 1

CL_PROFILE float normFactor(int64_t squareSum, float s2, int count, double epsilon) {
    double square = static_cast<double>(s2) * static_cast<double>(s2);
    double mean = (static_cast<double>(squareSum) * square) / static_cast<double>(count);
#if defined(__CUDA_ARCH__)
    return __double2float_rn(__ddiv_rn(1.0, __dsqrt_rn(mean + epsilon)));
#else
    return static_cast<float>(1.0 / sqrt(mean + epsilon));
#endif
}

// --- exponentials

// min(rint(octaves), last) for a finite difference of at least 0, in 1/1024 octaves.
CL_PROFILE int32_t decayIndex(float octaves) {
    float cut = octaves < static_cast<float>(kLast) ? octaves : static_cast<float>(kLast);
    return rint22(cut);
}

CL_PROFILE int32_t decay(const int32_t* table, float octaves) {
    return table[decayIndex(octaves)];
}

// --- rotary positions: channel i pairs with channel i + half

CL_PROFILE float rotatedFirst(float first, float second, float cosine, float sine) {
    return first * cosine - second * sine;
}

CL_PROFILE float rotatedSecond(float first, float second, float cosine, float sine) {
    return second * cosine + first * sine;
}

// --- attention

// A score in 1/1024 octaves; queryScale is fl(q_scale · scoreScale).
CL_PROFILE float score(int32_t dot, float queryScale, float keyScale) {
    return static_cast<float>(dot) * (queryScale * keyScale);
}

// The weight of a position before it is quantised to 0 … 255 with the scale fl(largest / 255).
CL_PROFILE float weighed(int32_t e, float valueScale) {
    return static_cast<float>(e) * valueScale;
}

CL_PROFILE float weightScale(float largest) {
    return largest / static_cast<float>(kWeightMax);
}

CL_PROFILE int32_t quantisedWeight(float w, float scale) {
    return rint22(w / scale);
}

// What the sums of weighted values are multiplied by.
CL_PROFILE float attendedScale(float weightScale, int64_t exponentialSum) {
    return static_cast<float>(static_cast<double>(weightScale) / static_cast<double>(exponentialSum));
}

// --- SwiGLU: fl(fl(gate · sigmoid(gate)) · up)

CL_PROFILE float gated(const int32_t* table, float gate, float up) {
    double e = static_cast<double>(decay(table, fromBits(magnitudeBits(gate)) * kSiluScale));
    double one = static_cast<double>(kOne);
    float sigmoid = static_cast<float>((gate >= 0 ? one : e) / (one + e));
    return gate * sigmoid * up;
}

}  // namespace profile1
}  // namespace codelength

#endif
