// Plain code for any processor: four lanes that the compiler lowers as it can.
#include "path_includes.h"

namespace codelength {
namespace scalar {

using namespace profile1;

constexpr int W = 4;
constexpr int kGroup = 2;
constexpr int kBias = 0;
constexpr bool kLimbs = false;
constexpr int kColumnBlock = 16;
constexpr int kRowsAtOnce = 2;
constexpr int kQueriesAtOnce = 2;
constexpr int kValueVectors = 2;
constexpr int kHeadVectors = 1024 / W;
using Activation = int16_t;
using SignedActivation = int16_t;

#include "lanes.inl"
#include "generic_lanes.inl"
#include "loaded_decays.inl"

using Weights = I;  // pairs of 16 bits

static inline Weights loadWeights(const int8_t* from) {
    Weights w;
    for (int i = 0; i < W; i++) {
        w[i] = static_cast<int32_t>((static_cast<uint32_t>(static_cast<uint16_t>(from[2 * i]))) |
                                    (static_cast<uint32_t>(static_cast<uint16_t>(from[2 * i + 1])) << 16));
    }
    return w;
}

static inline I broadcast(const Activation* from) {
    int32_t pair;
    memcpy(&pair, from, sizeof pair);
    return all(pair);
}

static inline I lowHalf(I v) {
    using U = uint32_t __attribute__((vector_size(4 * W)));
    return reinterpret_cast<I>(reinterpret_cast<U>(v) << 16) >> 16;
}

static inline I dot(I sum, I a, Weights w) {
    return sum + lowHalf(a) * lowHalf(w) + (a >> 16) * (w >> 16);
}

static inline I dotKeys(I sum, Weights keys, I query) {
    return dot(sum, query, keys);
}

static inline I dotValues(I sum, I weights, Weights values) {
    return dot(sum, weights, values);
}

#include "path.inl"

}  // namespace scalar

extern const Path kScalarPath = {
    "scalar", scalar::kColumnBlock, scalar::kGroup, scalar::kBias, scalar::kLimbs, sizeof(scalar::Activation),
    scalar::readRows,
    scalar::multiplyAll, scalar::spin};

}  // namespace codelength
