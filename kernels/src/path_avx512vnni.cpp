// AVX-512 with byte dot products. Compiled with -mavx512f -mavx512bw -mavx512dq -mavx512vl -mavx512vnni.
#include "path_includes.h"

#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
#include <immintrin.h>

namespace codelength {
namespace avx512vnni {

#include "vnni512.inl"
#include "path.inl"

}  // namespace avx512vnni

extern const Path kAvx512VnniPath = {
    "avx512vnni", avx512vnni::kColumnBlock, avx512vnni::kGroup, avx512vnni::kBias, avx512vnni::kLimbs,
    sizeof(avx512vnni::Activation), avx512vnni::readRows,
    avx512vnni::multiplyAll, avx512vnni::spin};

}  // namespace codelength
#endif
