// AVX-512 with byte dot products. Compiled with -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni.
#include "path_includes.h"

#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
#include <immintrin.h>

namespace codelength {
namespace avx512vnni {

using namespace profile1;

constexpr int W = 16;
constexpr int kGroup = 4;
constexpr int kBias = 128;
constexpr bool kLimbs = true;
constexpr int kColumnBlock = 32;
constexpr int kRowsAtOnce = 8;
constexpr int kQueriesAtOnce = 6;
constexpr int kValueVectors = 4;
constexpr int kHeadVectors = 1024 / W;
using Activation = uint8_t;
using SignedActivation = int8_t;

#include "lanes.inl"

using Weights = I;

static inline Weights loadWeights(const int8_t* from) {
    return load<I>(from);
}

static inline I broadcast(const Activation* from) {
    int32_t inputs;
    memcpy(&inputs, from, sizeof inputs);
    return reinterpret_cast<I>(_mm512_set1_epi32(inputs));
}

static inline I dot(I sum, I a, Weights w) {
    return reinterpret_cast<I>(_mm512_dpbusd_epi32(
        reinterpret_cast<__m512i>(sum), reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(w)));
}

// Keys are the unsigned bytes here, queries the signed ones.
static inline I dotKeys(I sum, Weights keys, I query) {
    return dot(sum, keys, query);
}

static inline I dotValues(I sum, I weights, Weights values) {
    return dot(sum, weights, values);
}

static inline __m512d lowDoubles(I v) {
    return _mm512_cvtepi32_pd(_mm512_castsi512_si256(reinterpret_cast<__m512i>(v)));
}

static inline __m512d highDoubles(I v) {
    return _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64(reinterpret_cast<__m512i>(v), 1));
}

static inline F narrowed(__m512d low, __m512d high) {
    return reinterpret_cast<F>(
        _mm512_insertf32x8(_mm512_castps256_ps512(_mm512_cvtpd_ps(low)), _mm512_cvtpd_ps(high), 1));
}

// float(128 · high + low), rounded once: the float64 sum is exact.
static inline F joinLimbs(I high, I low) {
    __m512d many = _mm512_set1_pd(128);
    return narrowed(
        _mm512_add_pd(_mm512_mul_pd(lowDoubles(high), many), lowDoubles(low)),
        _mm512_add_pd(_mm512_mul_pd(highDoubles(high), many), highDoubles(low)));
}

// float(numerator / (2^30 + e)) in float64.
static inline F sigmoidOf(I numerator, I e) {
    __m512d one = _mm512_set1_pd(kOne);
    return narrowed(
        _mm512_div_pd(lowDoubles(numerator), _mm512_add_pd(one, lowDoubles(e))),
        _mm512_div_pd(highDoubles(numerator), _mm512_add_pd(one, highDoubles(e))));
}

#include "path.inl"

}  // namespace avx512vnni

extern const Path kAvx512VnniPath = {
    "avx512vnni", avx512vnni::kColumnBlock, avx512vnni::kGroup, avx512vnni::kBias, avx512vnni::kLimbs,
    sizeof(avx512vnni::Activation), avx512vnni::readRows,
    avx512vnni::multiplyAll, avx512vnni::spin};

}  // namespace codelength
#endif
