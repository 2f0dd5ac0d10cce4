// The range coder of docs/format.md, one operation at a time: what every native version, for processors and for CUDA, repeats.
// Same bytes as coding.RangeEncoder and coding.RangeDecoder.
//
// Mathematics: low and range are unsigned 64 bits; part = ⌊range / total⌋; low += part · below; range = part · frequency,
// or what is left for the last interval; bytes leave at the top until range ≥ 2^56, carries go into the bytes written.
// A decoder keeps code = number − low.
#ifndef CODELENGTH_RANGECODER_H
#define CODELENGTH_RANGECODER_H

#include "profile1.h"

namespace codelength {

constexpr uint64_t kRangeFloor = 1ull << 56;
constexpr int kWindowBytes = 8;
constexpr int kDroppedZerosMax = 8;

// Totals are below 2^48, so a range is at least 2^8 before bytes leave, and six are enough.
constexpr int kSymbolBytesMax = 6;

struct Coder {
    uint8_t* bytes;
    int64_t capacity;  // bytes that fit, or that the payload has
    int64_t at;        // bytes written or read
    int64_t pastEnd;
    uint64_t low;      // a decoder's code
    uint64_t range;
    int32_t damaged;   // a payload that no encoder writes, or no room for more bytes
    int32_t pad;
};

CL_PROFILE void shiftIn(Coder& c) {
    uint8_t next = 0;
    if (c.at < c.capacity) {
        next = c.bytes[c.at++];
    } else {
        c.pastEnd++;
    }
    c.low = c.low << 8 | next;
}

CL_PROFILE void carry(Coder& c) {
    // Ends before the first byte: the whole number stays below one.
    for (int64_t at = c.at - 1; at >= 0 && ++c.bytes[at] == 0; at--) {
    }
}

CL_PROFILE void put(Coder& c) {
    if (c.at == c.capacity) {
        c.damaged = 1;
        return;
    }
    c.bytes[c.at++] = static_cast<uint8_t>(c.low >> 56);
}

CL_PROFILE bool endsInside(Coder& c, uint64_t mask) {
    uint64_t rounded = (c.low + mask) & ~mask;
    if (rounded - c.low >= c.range) {
        return false;
    }
    if (rounded < c.low) {
        carry(c);
    }
    c.low = rounded;
    return true;
}

// Narrows the number to [from, to) of total parts.
CL_PROFILE void encode(Coder& c, uint64_t from, uint64_t to, uint64_t total) {
    const uint64_t part = c.range / total;
    const uint64_t start = part * from;
    c.low += start;
    if (c.low < start) {
        carry(c);
    }
    c.range = to == total ? c.range - start : part * (to - from);
    while (c.range < kRangeFloor) {
        put(c);
        c.low <<= 8;
        c.range <<= 8;
    }
}

// The fewest bytes that decide, given that a decoder reads zeros past the end.
CL_PROFILE void finish(Coder& c) {
    if (!endsInside(c, ~0ull)) {
        endsInside(c, kRangeFloor - 1);
        put(c);
    }
    const int64_t count = c.at;
    while (c.at > 0 && count - c.at < kDroppedZerosMax && c.bytes[c.at - 1] == 0) {
        c.at--;
    }
}

// Whether an encoder can have written what a decoder has in hand.
CL_PROFILE bool inside(const Coder& c) {
    return c.damaged == 0 && c.low < c.range && c.pastEnd <= kWindowBytes + kDroppedZerosMax;
}

// The part that a decoder's number points at; what the rounding left over belongs to the last.
CL_PROFILE int64_t target(const Coder& c, uint64_t part, uint64_t total) {
    const uint64_t pointed = c.low / part;
    return static_cast<int64_t>(pointed < total ? pointed : total - 1);
}

// Enters the interval [from, to) that holds the target.
CL_PROFILE void enter(Coder& c, uint64_t part, uint64_t from, uint64_t to, uint64_t total) {
    const uint64_t start = part * from;
    c.low -= start;
    c.range = to == total ? c.range - start : part * (to - from);
    while (c.range < kRangeFloor) {
        shiftIn(c);
        c.range <<= 8;
    }
}

}  // namespace codelength

#endif
