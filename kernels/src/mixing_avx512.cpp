// Mixing with AVX-512. Compiled with -mavx512f and what comes with it.
#include "mixing.h"

#if defined(__AVX512F__)
#include <immintrin.h>

namespace codelength {
namespace mixing {
namespace avx512 {

constexpr int W = 16;

#include "mixing.inl"

}  // namespace avx512

extern const MixingPath kAvx512Mixing;
const MixingPath kAvx512Mixing = {
    "avx512",
    avx512::prime,
    avx512::encodeBytes,
    avx512::decodeBytes,
    avx512::encodeSymbol,
    avx512::decodeDecision,
    avx512::decodeSymbol,
    avx512::expect,
    avx512::endSymbol};

}  // namespace mixing
}  // namespace codelength
#endif
