// What the paths of sixteen lanes with AVX-512's byte dot product share. Compiled with -mavx512f -mavx512bw -mavx512dq
// -mavx512vl -mavx512vnni.

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

// Calls use(i, decay(octaves(i))) for i = 0, W, … below count, a multiple of W. A mantissa is a product of two numbers and a
// bit, all three from tables that lie in registers (struct DecayTable).
template <class Octaves, class Use>
static inline void decays(const DecayTable& table, Scratch&, int count, Octaves octaves, Use use) {
    auto half = [](const uint32_t* from, int i) { return reinterpret_cast<__m512i>(load<I>(from + 16 * i)); };
    const __m512i coarse[2] = {half(table.coarse, 0), half(table.coarse, 1)};
    const __m512i fine[2] = {half(table.fine, 0), half(table.fine, 1)};
    const __m512i corrections[2] = {half(table.corrections, 0), half(table.corrections, 1)};
    const __m512i one = _mm512_set1_epi32(1);
    for (int i = 0; i < count; i += W) {
        // Permutations look at the lowest five bits of an index, rotations as well.
        __m512i index = reinterpret_cast<__m512i>(decayIndex(octaves(i)));
        __m512i row = _mm512_srli_epi32(index, 5);
        __m512i a = _mm512_permutex2var_epi32(coarse[0], row, coarse[1]);
        __m512i b = _mm512_permutex2var_epi32(fine[0], index, fine[1]);
        __m512i bits = _mm512_permutex2var_epi32(corrections[0], row, corrections[1]);
        __m512i even = _mm512_srli_epi64(_mm512_mul_epu32(a, b), 33);
        __m512i odd = _mm512_srli_epi64(_mm512_mul_epu32(_mm512_srli_epi64(a, 32), _mm512_srli_epi64(b, 32)), 1);
        __m512i product = _mm512_mask_mov_epi32(odd, 0x5555, even);
        __m512i mantissa = _mm512_add_epi32(product, _mm512_and_si512(_mm512_rorv_epi32(bits, index), one));
        __m512i octave = _mm512_srli_epi32(index, 10);
        use(i, reinterpret_cast<I>(
                   _mm512_srli_epi32(_mm512_add_epi32(_mm512_srlv_epi32(mantissa, octave), one), 1)));
    }
}
