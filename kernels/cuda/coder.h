// The range coder of rangecoder.h, one block of threads a stream: from exponentials and their block sums to the coder's state,
// both ways. The symbol that holds a target is the last whose sum before it is not above the target; 128 threads look at 128
// candidates at once, so three rounds find one of 2^18.
#ifndef CODELENGTH_CUDA_CODER_H
#define CODELENGTH_CUDA_CODER_H

#include "../rangecoder.h"
#include "pass.h"

namespace codelength {

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
            encode(c, from, to, total);
            *task.coder = c;
        }
    }
}

// Block (stream): the fewest bytes that decide, given that a decoder reads zeros past the end.
KERNEL endEncoder(Coder* coder) {
    FOR_THREADS(t) {
        if (t == 0) {
            Coder c = *coder;
            finish(c);
            *coder = c;
        }
    }
}

// The symbol that holds a target; the same for all threads.
DEVICE int find(const int32_t* e, const int64_t* sums, const Symbols& symbols, int64_t target, int32_t* each) {
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
    return low;
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
    const int symbol = find(e, sums, symbols, target(c, part, total), each);
    FOR_THREADS(t) {
        if (t == 0) {
            if (inside(c)) {
                enter(
                    c, part, static_cast<uint64_t>(below(e, sums, symbols, symbol)),
                    static_cast<uint64_t>(below(e, sums, symbols, symbol + 1)), total);
                tasks[BLOCK_X].symbol = symbol;
            } else {
                c.damaged = 1;
                tasks[BLOCK_X].symbol = -1;
            }
            *task.coder = c;
        }
    }
}

// Block (decoder or slot): what cl_coding asks for. A block decodes the slots of one decoder in their order, and works out the
// interval of the slot of its own number.
KERNEL codeRows(cl_coding* area, int slots, Symbols symbols, const int32_t* exponentials, const int64_t* allSums, int stride) {
    SHARED int32_t each[kThreads];
    SHARED Coder c;
    const int number = BLOCK_X;
    const int blocks = stride / profile1::kFrequencyBlock;
    FOR_THREADS(t) {
        if (t == 0) {
            c = {area->ahead, area->end[number], area->at[number], area->past_end[number], area->code[number],
                 area->range[number], 0, 0};
        }
    }
    BARRIER();
    for (int slot = 0; slot < slots; slot++) {
        const bool decodes = area->use[slot] == number;
        if (!decodes && (slot != number || area->use[slot] != CL_INTERVAL)) {
            continue;
        }
        const int32_t* e = exponentials + static_cast<size_t>(slot) * stride;
        const int64_t* sums = allSums + static_cast<size_t>(slot) * (blocks + 1);
        const uint64_t total = static_cast<uint64_t>(sums[blocks] + symbols.rowless[symbols.count]);
        if (!decodes) {
            FOR_THREADS(t) {
                if (t == 0) {
                    area->below[slot] = below(e, sums, symbols, area->symbol[slot]);
                    area->frequency[slot] = below(e, sums, symbols, area->symbol[slot] + 1) - area->below[slot];
                    area->total[slot] = static_cast<int64_t>(total);
                }
            }
            continue;
        }
        const uint64_t part = c.range / total;
        const int symbol = find(e, sums, symbols, target(c, part, total), each);
        FOR_THREADS(t) {
            if (t == 0) {
                if (inside(c)) {
                    enter(
                        c, part, static_cast<uint64_t>(below(e, sums, symbols, symbol)),
                        static_cast<uint64_t>(below(e, sums, symbols, symbol + 1)), total);
                    area->symbol[slot] = symbol;
                } else {
                    c.damaged = 1;
                    area->symbol[slot] = -1;
                }
            }
        }
        BARRIER();
    }
    FOR_THREADS(t) {
        if (t == 0) {
            area->at[number] = static_cast<int32_t>(c.at);
            area->past_end[number] = static_cast<int32_t>(c.pastEnd);
            area->code[number] = c.low;
            area->range[number] = c.range;
        }
    }
}

}  // namespace codelength

#endif
