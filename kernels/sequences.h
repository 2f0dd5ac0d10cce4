// What the coders of both libraries share on the host: checks of what a caller asks for, and sequences of intervals encoded in
// step, so that their divisions, which take longest, overlap.
#ifndef CODELENGTH_SEQUENCES_H
#define CODELENGTH_SEQUENCES_H

#include <new>
#include <vector>

#include "codelength_kernels.h"
#include "rangecoder.h"

namespace codelength {

static_assert(kSymbolBytesMax == CL_SYMBOL_BYTES_MAX, "one number under two names");

// Whether a caller's requests keep within their arrays.
inline bool sound(const cl_coding& coding, int slots, int symbols) {
    for (int slot = 0; slot < slots; slot++) {
        const int32_t use = coding.use[slot];
        if (use == CL_INTERVAL) {
            if (coding.symbol[slot] < 0 || coding.symbol[slot] >= symbols) {
                return false;
            }
        } else if (use >= 0) {
            if (symbols == 0 || use >= CL_ROWS_MAX || coding.at[use] < 0 || coding.end[use] < coding.at[use] ||
                coding.end[use] > static_cast<int32_t>(sizeof coding.ahead) || coding.past_end[use] < 0 ||
                coding.past_end[use] > 1 << 16 || coding.range[use] < kRangeFloor) {
                return false;
            }
        } else if (use != CL_ROW) {
            return false;
        }
    }
    return true;
}

inline int32_t encodeSequences(
    int32_t sequences, const int32_t* ends, const int64_t* below, const int64_t* frequency, const int64_t* total,
    uint8_t* payload, int64_t capacity, int64_t* payloadEnds) {
    constexpr int64_t kTotalLimit = int64_t{1} << 48;
    if (sequences < 0) {
        return CL_BAD_ARGUMENT;
    }
    int32_t longest = 0;
    for (int32_t i = 0, from = 0; i < sequences; from = ends[i++]) {
        if (ends[i] < from) {
            return CL_BAD_ARGUMENT;
        }
        longest = ends[i] - from > longest ? ends[i] - from : longest;
    }
    const int32_t count = sequences == 0 ? 0 : ends[sequences - 1];
    for (int32_t i = 0; i < count; i++) {
        if (total[i] < 1 || total[i] >= kTotalLimit || below[i] < 0 || frequency[i] < 1 || frequency[i] > total[i] - below[i]) {
            return CL_BAD_ARGUMENT;
        }
    }
    if (capacity < static_cast<int64_t>(CL_SYMBOL_BYTES_MAX) * count + sequences) {
        return CL_NO_MEMORY;
    }
    try {
        std::vector<Coder> coders;
        coders.reserve(static_cast<size_t>(sequences));
        for (int32_t i = 0, from = 0; i < sequences; from = ends[i++]) {
            const int64_t room = static_cast<int64_t>(CL_SYMBOL_BYTES_MAX) * (ends[i] - from) + 1;
            coders.push_back({payload + static_cast<int64_t>(CL_SYMBOL_BYTES_MAX) * from + i, room, 0, 0, 0, ~0ull, 0, 0});
        }
        for (int32_t step = 0; step < longest; step++) {
            for (int32_t i = 0, from = 0; i < sequences; from = ends[i++]) {
                const int32_t at = from + step;
                if (at < ends[i]) {
                    encode(
                        coders[static_cast<size_t>(i)], static_cast<uint64_t>(below[at]),
                        static_cast<uint64_t>(below[at] + frequency[at]), static_cast<uint64_t>(total[at]));
                }
            }
        }
        int64_t written = 0;
        for (int32_t i = 0; i < sequences; i++) {
            Coder& coder = coders[static_cast<size_t>(i)];
            finish(coder);
            memmove(payload + written, coder.bytes, static_cast<size_t>(coder.at));
            written += coder.at;
            payloadEnds[i] = written;
        }
        return CL_OK;
    } catch (const std::bad_alloc&) {
        return CL_NO_MEMORY;
    }
}

}  // namespace codelength

#endif
