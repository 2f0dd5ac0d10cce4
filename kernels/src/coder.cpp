// Decoding and intervals on the processor.
//
// Mathematics: rangecoder.h. A row of frequencies is never summed up: a symbol is looked for among the sums before blocks of
// 128 rows, by halving, then among groups of 16 rows, then row by row. A symbol without a row lies between two rows, so what
// lies before row r is the sum of all rows before it and the number of such symbols before its own symbol.
//
// Plain version: coding.RangeDecoder with predict.CumulativeFrequencies, and the tests.
//
// Decoders are independent of each other and slots of one decoder are not: so all decoders take their first slot, then all
// their second. A division takes some 20 cycles of which the next one need not wait for most.
#include "coder.h"

#include "../rangecoder.h"

namespace codelength {

namespace {

constexpr int kBlock = profile1::kFrequencyBlock;
constexpr int kGroup = 16;

int64_t sumOf(const int32_t* e, int from, int to) {
    int64_t sum = 0;
    for (int row = from; row < to; row++) {
        sum += e[row];
    }
    return sum;
}

int64_t sumOfGroup(const int32_t* e) {
    int64_t sum = 0;
    for (int i = 0; i < kGroup; i++) {
        sum += e[i];
    }
    return sum;
}

// From the nearer end of a block.
int64_t sumBefore(const int32_t* e, const int64_t* sums, int row) {
    const int block = row / kBlock;
    const int offset = row % kBlock;
    return offset <= kBlock / 2 ? sums[block] + sumOf(e, row - offset, row)
                                : sums[block + 1] - sumOf(e, row, (block + 1) * kBlock);
}

int blocksOf(const SymbolTable& table) {
    return (table.headRows + kBlock - 1) / kBlock;
}

}  // namespace

bool SymbolTable::set(int rows, int count, const int32_t* first, const int32_t* none) {
    if (count < 1 || count >= 1 << 18 || first[0] != 0 || none[0] != 0 || first[count] != rows) {
        return false;
    }
    for (int symbol = 0; symbol < count; symbol++) {
        if (first[symbol + 1] < first[symbol] ||
            none[symbol + 1] != none[symbol] + (first[symbol + 1] == first[symbol] ? 1 : 0)) {
            return false;
        }
    }
    headRows = rows;
    firstRow.assign(first, first + count + 1);
    rowless.assign(none, none + count + 1);
    symbolOfRow.resize(static_cast<size_t>(rows));
    rowlessBefore.resize(static_cast<size_t>(rows));
    for (int symbol = 0; symbol < count; symbol++) {
        for (int row = first[symbol]; row < first[symbol + 1]; row++) {
            symbolOfRow[static_cast<size_t>(row)] = symbol;
            rowlessBefore[static_cast<size_t>(row)] = none[symbol];
        }
    }
    symbols = count;
    return true;
}

int64_t totalOf(const SymbolTable& table, const int64_t* sums) {
    return sums[blocksOf(table)] + table.rowless[static_cast<size_t>(table.symbols)];
}

int64_t belowOf(const SymbolTable& table, const int32_t* e, const int64_t* sums, int32_t symbol) {
    const int first = table.firstRow[static_cast<size_t>(symbol)];
    // The row behind the last of a head that fills its blocks has no block; its sum is that of all.
    const int64_t before = first == table.headRows ? sums[blocksOf(table)] : sumBefore(e, sums, first);
    return before + table.rowless[static_cast<size_t>(symbol)];
}

Interval intervalOf(const SymbolTable& table, const int32_t* e, const int64_t* sums, int32_t symbol) {
    const int first = table.firstRow[static_cast<size_t>(symbol)];
    const int next = table.firstRow[static_cast<size_t>(symbol) + 1];
    return {symbol, belowOf(table, e, sums, symbol), first == next ? 1 : sumOf(e, first, next)};
}

Interval find(const SymbolTable& table, const int32_t* e, const int64_t* sums, int64_t target) {
    const int32_t* rowless = table.rowlessBefore.data();
    int block = 0;
    for (int behind = blocksOf(table); behind - block > 1;) {
        const int middle = block + (behind - block) / 2;
        if (sums[middle] + rowless[middle * kBlock] <= target) {
            block = middle;
        } else {
            behind = middle;
        }
    }
    int row = block * kBlock;
    const int last = (row + kBlock < table.headRows ? row + kBlock : table.headRows) - 1;
    int64_t sum = sums[block];
    while (row + kGroup <= last) {
        const int64_t next = sum + sumOfGroup(e + row);
        if (next + rowless[row + kGroup] > target) {
            break;
        }
        sum = next;
        row += kGroup;
    }
    while (row < last && sum + e[row] + rowless[row + 1] <= target) {
        sum += e[row];
        row++;
    }
    const int64_t before = sum + rowless[row];
    if (target < before) {
        // In front of the first row: symbols without rows, of frequency 1 each.
        return {static_cast<int32_t>(target), target, 1};
    }
    const int32_t symbol = table.symbolOfRow[static_cast<size_t>(row)];
    const int64_t beyond = target - (before + e[row]);
    if (beyond >= 0) {
        return {static_cast<int32_t>(symbol + 1 + beyond), target, 1};
    }
    const int first = table.firstRow[static_cast<size_t>(symbol)];
    return {symbol, before - sumOf(e, first, row), sumOf(e, first, table.firstRow[static_cast<size_t>(symbol) + 1])};
}

void codeRows(
    cl_coding& coding, int slots, const SymbolTable& table, const int32_t* exponentials, const int64_t* sums, int stride) {
    const size_t sumStride = static_cast<size_t>(stride / kBlock) + 1;
    Coder coders[CL_ROWS_MAX];
    int32_t queue[CL_ROWS_MAX];  // the next slot of each decoder, −1 for none
    int32_t behind[CL_ROWS_MAX]; // the slot of the same decoder behind each slot
    int32_t decoders = 0;
    int32_t active[CL_ROWS_MAX];
    for (int32_t& next : queue) {
        next = -1;
    }
    for (int slot = slots - 1; slot >= 0; slot--) {
        const int32_t use = coding.use[slot];
        if (use >= 0) {
            if (queue[use] < 0) {
                active[decoders++] = use;
            }
            behind[slot] = queue[use];
            queue[use] = slot;
        } else if (use == CL_INTERVAL) {
            const int64_t* s = sums + static_cast<size_t>(slot) * sumStride;
            const Interval found =
                intervalOf(table, exponentials + static_cast<size_t>(slot) * static_cast<size_t>(stride), s, coding.symbol[slot]);
            coding.below[slot] = found.below;
            coding.frequency[slot] = found.frequency;
            coding.total[slot] = totalOf(table, s);
        }
    }
    for (int i = 0; i < decoders; i++) {
        const int32_t d = active[i];
        coders[i] = {coding.ahead, coding.end[d], coding.at[d], coding.past_end[d], coding.code[d], coding.range[d], 0, 0};
    }
    for (bool left = decoders > 0; left;) {
        left = false;
        uint64_t totals[CL_ROWS_MAX];
        uint64_t parts[CL_ROWS_MAX];
        int64_t targets[CL_ROWS_MAX];
        for (int i = 0; i < decoders; i++) {
            const int32_t slot = queue[active[i]];
            if (slot >= 0) {
                totals[i] = static_cast<uint64_t>(totalOf(table, sums + static_cast<size_t>(slot) * sumStride));
                parts[i] = coders[i].range / totals[i];
                targets[i] = target(coders[i], parts[i], totals[i]);
            }
        }
        for (int i = 0; i < decoders; i++) {
            const int32_t slot = queue[active[i]];
            if (slot < 0) {
                continue;
            }
            Coder& coder = coders[i];
            if (inside(coder)) {
                const Interval found =
                    find(table, exponentials + static_cast<size_t>(slot) * static_cast<size_t>(stride),
                         sums + static_cast<size_t>(slot) * sumStride, targets[i]);
                enter(
                    coder, parts[i], static_cast<uint64_t>(found.below),
                    static_cast<uint64_t>(found.below + found.frequency), totals[i]);
                coding.symbol[slot] = found.symbol;
            } else {
                coder.damaged = 1;
                coding.symbol[slot] = -1;
            }
            queue[active[i]] = behind[slot];
            left = left || behind[slot] >= 0;
        }
    }
    for (int i = 0; i < decoders; i++) {
        const int32_t d = active[i];
        coding.at[d] = static_cast<int32_t>(coders[i].at);
        coding.past_end[d] = static_cast<int32_t>(coders[i].pastEnd);
        coding.code[d] = coders[i].low;
        coding.range[d] = coders[i].range;
    }
}

}  // namespace codelength
