// A path of eight lanes with the byte dot product. Included twice: with the encoding of AVX-VNNI, and with that of
// AVX-512 VL, which lets the tests run the same code on processors that have only the latter.

using namespace profile1;

constexpr int W = 8;
constexpr int kGroup = 4;
constexpr int kBias = 128;
constexpr bool kLimbs = true;
constexpr int kColumnBlock = 16;
constexpr int kRowsAtOnce = 6;
constexpr int kQueriesAtOnce = 4;
constexpr int kValueVectors = 2;
constexpr int kHeadVectors = 1024 / W;
using Activation = uint8_t;
using SignedActivation = int8_t;

#include "lanes.inl"
#include "lanes256.inl"
#include "loaded_decays.inl"

using Weights = I;

static inline Weights loadWeights(const int8_t* from) {
    return load<I>(from);
}

static inline I dot(I sum, I a, Weights w) {
    return reinterpret_cast<I>(CL_DPBUSD(
        reinterpret_cast<__m256i>(sum), reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(w)));
}

// Keys are the unsigned bytes here, queries the signed ones.
static inline I dotKeys(I sum, Weights keys, I query) {
    return dot(sum, keys, query);
}

static inline I dotValues(I sum, I weights, Weights values) {
    return dot(sum, weights, values);
}

#include "path.inl"
