// The code of AVX-VNNI in AVX-512's encoding. Compiled with -mavx2 -mavx512vl -mavx512vnni.
#include "path_includes.h"

#if defined(__AVX512VL__) && defined(__AVX512VNNI__)
#include <immintrin.h>

#define CL_DPBUSD _mm256_dpbusd_epi32

namespace codelength {
namespace avx512vl {
#include "vnni256.inl"
}  // namespace avx512vl

extern const Path kAvx512VlPath = {
    "avx512vl", avx512vl::kColumnBlock, avx512vl::kGroup, avx512vl::kBias, avx512vl::kLimbs,
    sizeof(avx512vl::Activation), avx512vl::readRows,
    avx512vl::multiplyAll, avx512vl::spin};

}  // namespace codelength
#endif
