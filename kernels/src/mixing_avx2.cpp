// Mixing with AVX2. Compiled with -mavx2.
#include "mixing.h"

#if defined(__AVX2__)
#include <immintrin.h>

namespace codelength {
namespace mixing {
namespace avx2 {

constexpr int W = 8;

#include "mixing.inl"

}  // namespace avx2

extern const MixingPath kAvx2Mixing;
const MixingPath kAvx2Mixing = {
    "avx2",
    avx2::prime,
    avx2::encodeBytes,
    avx2::decodeBytes,
    avx2::encodeSymbol,
    avx2::decodeDecision,
    avx2::decodeSymbol,
    avx2::expect,
    avx2::endSymbol};

}  // namespace mixing
}  // namespace codelength
#endif
