// AVX2, for x86-64 processors since 2013. Compiled with -mavx2.
#include "path_includes.h"

#if defined(__AVX2__)
#include <immintrin.h>

namespace codelength {
namespace avx2 {

using namespace profile1;

constexpr int W = 8;
constexpr int kGroup = 2;
constexpr int kBias = 0;
constexpr bool kLimbs = false;
constexpr int kColumnBlock = 16;
constexpr int kRowsAtOnce = 6;
constexpr int kQueriesAtOnce = 6;
constexpr int kValueVectors = 2;
constexpr int kHeadVectors = 1024 / W;
using Activation = int16_t;
using SignedActivation = int16_t;

#include "lanes.inl"
#include "lanes256.inl"
#include "loaded_decays.inl"

using Weights = __m256i;  // pairs of 16 bits

static inline Weights loadWeights(const int8_t* from) {
    return _mm256_cvtepi8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
}

static inline I dot(I sum, I a, Weights w) {
    return sum + reinterpret_cast<I>(_mm256_madd_epi16(reinterpret_cast<__m256i>(a), w));
}

static inline I dotKeys(I sum, Weights keys, I query) {
    return dot(sum, query, keys);
}

static inline I dotValues(I sum, I weights, Weights values) {
    return dot(sum, weights, values);
}

#include "path.inl"

}  // namespace avx2

extern const Path kAvx2Path = {
    "avx2", avx2::kColumnBlock, avx2::kGroup, avx2::kBias, avx2::kLimbs, sizeof(avx2::Activation), avx2::readRows,
    avx2::multiplyAll, avx2::spin};

}  // namespace codelength
#endif
