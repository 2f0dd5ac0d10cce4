// Mixing with vectors that the compiler lowers as it can.
#include "mixing.h"

namespace codelength {
namespace mixing {
namespace plain {

constexpr int W = 4;

#include "mixing.inl"

}  // namespace plain

extern const MixingPath kPlainMixing;
const MixingPath kPlainMixing = {
    "plain",
    plain::prime,
    plain::encodeBytes,
    plain::decodeBytes,
    plain::encodeSymbol,
    plain::decodeDecision,
    plain::decodeSymbol,
    plain::expect,
    plain::endSymbol};

}  // namespace mixing
}  // namespace codelength
