// The range coder of docs/format.md, one block of threads a stream: from exponentials and their block sums to the coder's
// state, both ways. Same bytes as coding.RangeEncoder and coding.RangeDecoder.
//
// Mathematics: low and range are unsigned 64 bits; part = ⌊range / total⌋; low += part · below; range = part · frequency,
// or what is left for the last interval; bytes leave at the top until range ≥ 2^56, carries go into the bytes written.
// A decoder keeps code = number − low. The symbol that holds a target is the last whose sum before it is not above the
// target; 128 threads look at 128 candidates at once, so three rounds find one of 2^18.
#ifndef CODELENGTH_CUDA_CODER_H
#define CODELENGTH_CUDA_CODER_H

#include "pass.h"

namespace codelength {

constexpr uint64_t kRangeFloor = 1ull << 56;
constexpr int kWindowBytes = 8;
constexpr int kDroppedZerosMax = 8;

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

struct Task {
    Coder* coder;
    int32_t slot;    // of the exponentials
    int32_t symbol;  // in for encoding, out for decoding; −1 where the coder is damaged
};

// Rows of the head before each symbol, and symbols before it that have no row; [symbols + 1] each.
struct Symbols {
    const int32_t* firstRow;
    const int32_t* rowless;
    int count;
};

DEVICE int64_t sumBefore(const int32_t* e, const int64_t* sums, int row) {
    const int block = row / profile1::kFrequencyBlock;
    int64_t sum = sums[block];
    for (int i = block * profile1::kFrequencyBlock; i < row; i++) {
        sum += e[i];
    }
    return sum;
}

DEVICE int64_t below(const int32_t* e, const int64_t* sums, const Symbols& symbols, int symbol) {
    return sumBefore(e, sums, symbols.firstRow[symbol]) + symbols.rowless[symbol];
}

DEVICE void shiftIn(Coder& c) {
    uint8_t next = 0;
    if (c.at < c.capacity) {
        next = c.bytes[c.at++];
    } else {
        c.pastEnd++;
    }
    c.low = c.low << 8 | next;
}

DEVICE void carry(Coder& c) {
    // Ends before the first byte: the whole number stays below one.
    for (int64_t at = c.at - 1; at >= 0 && ++c.bytes[at] == 0; at--) {
    }
}

DEVICE void put(Coder& c) {
    if (c.at == c.capacity) {
        c.damaged = 1;
        return;
    }
    c.bytes[c.at++] = static_cast<uint8_t>(c.low >> 56);
}

DEVICE bool endsInside(Coder& c, uint64_t mask) {
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

// Block (stream): begins a coder; a decoder has the payload's first eight bytes in hand.
KERNEL beginCoder(Coder* coder, uint8_t* bytes, int64_t capacity, int decodes) {
    FOR_THREADS(t) {
        if (t == 0) {
            Coder c = {bytes, capacity, 0, 0, 0, ~0ull, 0, 0};
            for (int i = 0; i < kWindowBytes && decodes != 0; i++) {
                shiftIn(c);
            }
            *coder = c;
        }
    }
}

// Block (stream).
KERNEL encodeSymbols(const Task* tasks, Symbols symbols, const int32_t* exponentials, const int64_t* allSums, int stride) {
    SHARED int64_t ends[2];
    const Task task = tasks[BLOCK_X];
    const int blocks = stride / profile1::kFrequencyBlock;
    const int32_t* e = exponentials + static_cast<size_t>(task.slot) * stride;
    const int64_t* sums = allSums + static_cast<size_t>(task.slot) * (blocks + 1);
    FOR_THREADS(t) {
        if (t < 2) {
            ends[t] = below(e, sums, symbols, task.symbol + t);
        }
    }
    BARRIER();
    FOR_THREADS(t) {
        if (t == 0) {
            Coder c = *task.coder;
            const uint64_t total = static_cast<uint64_t>(sums[blocks] + symbols.rowless[symbols.count]);
            const uint64_t from = static_cast<uint64_t>(ends[0]);
            const uint64_t to = static_cast<uint64_t>(ends[1]);
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
            *task.coder = c;
        }
    }
}

// Block (stream): the fewest bytes that decide, given that a decoder reads zeros past the end.
KERNEL endEncoder(Coder* coder) {
    FOR_THREADS(t) {
        if (t == 0) {
            Coder c = *coder;
            if (!endsInside(c, ~0ull)) {
                endsInside(c, kRangeFloor - 1);
                put(c);
            }
            const int64_t count = c.at;
            while (c.at > 0 && count - c.at < kDroppedZerosMax && c.bytes[c.at - 1] == 0) {
                c.at--;
            }
            *coder = c;
        }
    }
}

// Block (stream): finds the symbol that the number points at and enters its interval.
KERNEL decodeSymbols(Task* tasks, Symbols symbols, const int32_t* exponentials, const int64_t* allSums, int stride) {
    SHARED int32_t each[kThreads];
    const Task task = tasks[BLOCK_X];
    const int blocks = stride / profile1::kFrequencyBlock;
    const int32_t* e = exponentials + static_cast<size_t>(task.slot) * stride;
    const int64_t* sums = allSums + static_cast<size_t>(task.slot) * (blocks + 1);
    const uint64_t total = static_cast<uint64_t>(sums[blocks] + symbols.rowless[symbols.count]);
    Coder c = *task.coder;
    const uint64_t part = c.range / total;
    const uint64_t pointed = c.low / part;
    const int64_t target = static_cast<int64_t>(pointed < total ? pointed : total - 1);
    int low = 0;
    int width = symbols.count;
    while (width > 1) {
        const int step = (width + kThreads - 1) / kThreads;
        FOR_THREADS(t) {
            const int candidate = low + t * step;
            each[t] = t * step < width && below(e, sums, symbols, candidate) <= target ? candidate : low;
        }
        const int found = blockMax(each);
        width = low + width - found < step ? low + width - found : step;
        low = found;
    }
    BARRIER();
    FOR_THREADS(t) {
        if (t == 0) {
            if (c.damaged != 0 || c.low >= c.range || c.pastEnd > kWindowBytes + kDroppedZerosMax) {
                c.damaged = 1;
                tasks[BLOCK_X].symbol = -1;
            } else {
                const uint64_t from = static_cast<uint64_t>(below(e, sums, symbols, low));
                const uint64_t to = static_cast<uint64_t>(below(e, sums, symbols, low + 1));
                const uint64_t start = part * from;
                c.low -= start;
                c.range = to == total ? c.range - start : part * (to - from);
                while (c.range < kRangeFloor) {
                    shiftIn(c);
                    c.range <<= 8;
                }
                tasks[BLOCK_X].symbol = low;
            }
            *task.coder = c;
        }
    }
}

}  // namespace codelength

#endif
