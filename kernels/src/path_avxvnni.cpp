// AVX-VNNI, for x86-64 processors with byte dot products but without AVX-512. Compiled with -mavx2 -mavxvnni.
#include "path_includes.h"

#if defined(__AVXVNNI__)
#include <immintrin.h>

#define CL_DPBUSD _mm256_dpbusd_avx_epi32

namespace codelength {
namespace avxvnni {
#include "vnni256.inl"
}  // namespace avxvnni

extern const Path kAvxVnniPath = {
    "avxvnni", avxvnni::kColumnBlock, avxvnni::kGroup, avxvnni::kBias, avxvnni::kLimbs, sizeof(avxvnni::Activation),
    avxvnni::readRows,
    avxvnni::multiplyAll, avxvnni::spin};

}  // namespace codelength
#endif
