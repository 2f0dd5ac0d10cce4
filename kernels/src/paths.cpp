// Which code paths this processor can run.
#include "model.h"

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#elif defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

namespace codelength {

extern const Path kScalarPath;
#if defined(__x86_64__)
extern const Path kAvx2Path;
extern const Path kAvx512VnniPath;
extern const Path kAvx512VlPath;
#if defined(CL_HAVE_AVXVNNI)
extern const Path kAvxVnniPath;
#endif
#if defined(CL_HAVE_AMX)
extern const Path kAmxPath;
#endif
#elif defined(__aarch64__)
extern const Path kNeonPath;
#endif

namespace {

#if defined(__x86_64__)
// Tiles take 8 KB of a thread's state, so Linux (5.16) asks a process to say that it wants them. This allows them to all of its
// threads; refused where the system is older or the processor has none.
bool tilesAllowed() {
#if defined(__linux__) && defined(SYS_arch_prctl)
    constexpr int kRequestPermission = 0x1023, kTileData = 18;
    return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
#else
    return false;
#endif
}

struct Processor {
    bool avx2 = false;
    bool avxvnni = false;
    bool avx512vnni = false;
    bool amx = false;

    Processor() {
        unsigned a, b, c, d;
        if (!__get_cpuid_count(1, 0, &a, &b, &c, &d) || (c & bit_OSXSAVE) == 0) {
            return;
        }
        // What the operating system saves: bits 1, 2 are the 256-bit registers, 5 to 7 those of AVX-512, 17, 18 tiles.
        unsigned low, high;
        __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
        bool saves256 = (low & 0x6) == 0x6;
        bool saves512 = saves256 && (low & 0xe0) == 0xe0;
        bool savesTiles = saves512 && (low & 0x60000) == 0x60000;
        if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
            return;
        }
        unsigned most = a;
        avx2 = saves256 && (b & bit_AVX2) != 0;
        constexpr unsigned kFoundation = 1u << 16, kDoubleQuad = 1u << 17, kByteWord = 1u << 30, kShortVectors = 1u << 31;
        constexpr unsigned kAll = kFoundation | kDoubleQuad | kByteWord | kShortVectors;
        avx512vnni = avx2 && saves512 && (b & kAll) == kAll && (c & (1u << 11)) != 0;
        constexpr unsigned kTiles = 1u << 24, kByteTiles = 1u << 25;
        amx = avx512vnni && savesTiles && (d & kTiles) != 0 && (d & kByteTiles) != 0 && tilesAllowed();
        if (most >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d)) {
            avxvnni = avx2 && (a & (1u << 4)) != 0;
        }
    }
};
#endif

std::vector<const Path*> findPaths() {
    std::vector<const Path*> found;
#if defined(__x86_64__)
    Processor processor;
#if defined(CL_HAVE_AMX)
    if (processor.amx) {
        found.push_back(&kAmxPath);
    }
#endif
    if (processor.avx512vnni) {
        found.push_back(&kAvx512VnniPath);
    }
#if defined(CL_HAVE_AVXVNNI)
    if (processor.avxvnni) {
        found.push_back(&kAvxVnniPath);
    }
#endif
    if (processor.avx512vnni) {
        found.push_back(&kAvx512VlPath);
    }
    if (processor.avx2) {
        found.push_back(&kAvx2Path);
    }
#elif defined(__aarch64__) && defined(__linux__)
    constexpr unsigned long kDotProducts = 1ul << 20;  // HWCAP_ASIMDDP
    if ((getauxval(AT_HWCAP) & kDotProducts) != 0) {
        found.push_back(&kNeonPath);
    }
#endif
    found.push_back(&kScalarPath);
    return found;
}

}  // namespace

const std::vector<const Path*>& paths() {
    static const std::vector<const Path*> found = findPaths();
    return found;
}

}  // namespace codelength
