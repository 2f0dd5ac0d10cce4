// Decoding and intervals on the processor, from the exponentials of a pass.
#ifndef CODELENGTH_CODER_H
#define CODELENGTH_CODER_H

#include <cstdint>
#include <vector>

#include "../codelength_kernels.h"

namespace codelength {

// Which rows of the head stand for which symbol. A symbol without a row has frequency 1.
struct SymbolTable {
    int symbols = 0;
    int headRows = 0;
    std::vector<int32_t> firstRow;       // [symbols + 1] rows before each symbol
    std::vector<int32_t> rowless;        // [symbols + 1] symbols before it that have no row
    std::vector<int32_t> symbolOfRow;    // [rows of the head]
    std::vector<int32_t> rowlessBefore;  // [rows of the head] symbols without a row before the row's symbol

    // False if the arrays do not describe so many rows.
    bool set(int headRows, int symbols, const int32_t* firstRow, const int32_t* rowless);
};

// Where a symbol lies among the parts of a row of frequencies.
struct Interval {
    int32_t symbol;
    int64_t below;
    int64_t frequency;
};

// e: [whole blocks of exponentials]; sums: [blocks + 1] before each block. belowOf: the frequencies of all symbols before this
// one, 0 to `symbols`, both included.
int64_t totalOf(const SymbolTable& table, const int64_t* sums);
int64_t belowOf(const SymbolTable& table, const int32_t* e, const int64_t* sums, int32_t symbol);
Interval intervalOf(const SymbolTable& table, const int32_t* e, const int64_t* sums, int32_t symbol);
Interval find(const SymbolTable& table, const int32_t* e, const int64_t* sums, int64_t target);

// What `coding`, which is sound, asks of the slots.
void codeRows(
    cl_coding& coding, int slots, const SymbolTable& table, const int32_t* exponentials, const int64_t* sums, int stride);

}  // namespace codelength

#endif
