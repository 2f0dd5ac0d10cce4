// AVX-512 with byte dot products, and tiles for several rows. Compiled with the flags of path_avx512vnni.cpp and -mamx-tile
// -mamx-int8.
#include "path_includes.h"

#if defined(__AMX_INT8__) && defined(__AVX512VNNI__)
#include <immintrin.h>

#define CL_TILES

namespace codelength {
namespace amx {

#include "vnni512.inl"
#include "path.inl"

}  // namespace amx

extern const Path kAmxPath = {
    "amx", amx::kColumnBlock, amx::kGroup, amx::kBias, amx::kLimbs, sizeof(amx::Activation), amx::readRows,
    amx::multiplyAll, amx::spinTiles, amx::kStepGroups, 2 * amx::kTileInputs};

}  // namespace codelength
#endif
