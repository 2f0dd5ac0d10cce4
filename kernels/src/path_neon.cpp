// NEON with byte dot products, for aarch64 processors since 2018. Compiled with -march=armv8.2-a+dotprod.
#include "path_includes.h"

#if defined(__ARM_FEATURE_DOTPROD)
#include <arm_neon.h>

namespace codelength {
namespace neon {

using namespace profile1;

constexpr int W = 4;
constexpr int kGroup = 4;
constexpr int kBias = 0;
constexpr bool kLimbs = true;
constexpr int kColumnBlock = 16;
constexpr int kRowsAtOnce = 4;
constexpr int kQueriesAtOnce = 4;
constexpr int kValueVectors = 4;
constexpr int kHeadVectors = 1024 / W;
using Activation = int8_t;
using SignedActivation = int8_t;

#include "lanes.inl"
#include "generic_lanes.inl"
#include "loaded_decays.inl"

using Weights = int8x16_t;

static inline Weights loadWeights(const int8_t* from) {
    return vld1q_s8(from);
}

static inline I broadcast(const Activation* from) {
    int32_t inputs;
    memcpy(&inputs, from, sizeof inputs);
    return all(inputs);
}

static inline I dot(I sum, I a, Weights w) {
    return reinterpret_cast<I>(vdotq_s32(reinterpret_cast<int32x4_t>(sum), reinterpret_cast<int8x16_t>(a), w));
}

static inline I dotKeys(I sum, Weights keys, I query) {
    return dot(sum, query, keys);
}

// Weights are unsigned bytes: p = 2 · (p >> 1) + (p & 1), and both parts are signed bytes too.
static inline I dotValues(I sum, I weights, Weights values) {
    uint8x16_t p = reinterpret_cast<uint8x16_t>(weights);
    int8x16_t half = vreinterpretq_s8_u8(vshrq_n_u8(p, 1));
    int8x16_t odd = vreinterpretq_s8_u8(vandq_u8(p, vdupq_n_u8(1)));
    int32x4_t s = reinterpret_cast<int32x4_t>(sum);
    s = vdotq_s32(s, half, values);
    s = vdotq_s32(s, half, values);
    return reinterpret_cast<I>(vdotq_s32(s, odd, values));
}

#include "path.inl"

}  // namespace neon

extern const Path kNeonPath = {
    "neon", neon::kColumnBlock, neon::kGroup, neon::kBias, neon::kLimbs, sizeof(neon::Activation), neon::readRows,
    neon::multiplyAll, neon::spin};

}  // namespace codelength
#endif
