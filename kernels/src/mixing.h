// Context mixing (docs/mixing.md): one frame's state, and what does not depend on the code path.
#ifndef CODELENGTH_MIXING_H
#define CODELENGTH_MIXING_H

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "coder.h"
#include "memory.h"

namespace codelength {
namespace mixing {

constexpr int kMax = 2815;  // log odds, 256 a nat
constexpr int kInputs = 32;
constexpr int kContexts = 18;
constexpr int kOrders = 6;
constexpr int kMatches = 2;
constexpr int kMatchLeast[kMatches] = {5, 12};
constexpr int kMatchRows = 32;
constexpr int kModelInput = kContexts + 1 + 2 * kMatches;
constexpr int kBiasInput = kModelInput + 2;
constexpr int kMixersAlone = 6;
constexpr int kMixersModel = 8;
constexpr int kMixerRows[kMixersModel] = {26 * 8, 3 * 256, 256, 14 * 64, 2048, 64 * 9, 17 * 8 * 8, 14 * 32};
constexpr int kFinalRows = 8 * 17 * 8;
constexpr int kPoints = 45;
constexpr int kMapBits = 12;
constexpr int kMapContexts[5] = {1 << kMapBits, 1 << kMapBits, 64, 1 << kMapBits, 17 * 8};
constexpr int kOne = 1 << 16;  // as a weight
constexpr int kWeightLimit = 1 << 19;
constexpr uint32_t kHalf = 1u << 31;  // an adaptive probability
constexpr int kRate = 16;
constexpr int kExtraRate = 60;
constexpr int kFinalRate = 3;
constexpr uint32_t kStateLimit = 255;
constexpr uint32_t kCountLimit = 1023;
constexpr int kLogBits = 12;  // of a mantissa
constexpr int kLogGuard = 8;
constexpr int kSure = 768;  // log odds beyond which a model is sure of itself
constexpr int kStopContexts = 6;
constexpr int kStopInputs = 16;
constexpr int kStopRows = 8 * 16 * 8;
constexpr int kStopRate = 24;
constexpr int kStopMatchLeast = 4;
constexpr int kStop = 8;  // a node that decides whether the symbol ends
constexpr int kNoRoom = 1 << 30;
constexpr int kBadCode = kNoRoom + 1;

struct Tables {
    int16_t stretch[4096];
    uint16_t squash[2 * kMax + 1];
    uint8_t next[512];
    uint8_t total[256];
    uint8_t byteClass[256];
    uint8_t lengthClass[513];
    uint32_t newMeaning[256];
    uint32_t newMatch[kMatchRows];
    uint16_t newPoints[kPoints];
    int32_t rate[1024];
    int32_t logs[1 << kLogBits];  // natural logarithms of mantissas, in 1/65536
    int32_t logOf2;
};

// A row of frequencies, as a model's pass leaves it.
struct Row {
    const SymbolTable& table;
    const int32_t* exponentials;  // [rows of the head]
    const int64_t* sums;          // [blocks + 1] before each block
    int64_t below(int symbol) const { return belowOf(table, exponentials, sums, symbol); }
};

struct Match {
    int length = 0;
    int pointer = 0;
    int lane = 0;
};

struct Lane {
    int index = 0;
    int start = 0;  // in the history
    int position = 0;
    uint32_t contexts[kContexts] = {};
    Match matches[kMatches];
    uint32_t matchHash[kMatches] = {};  // of the last bytes
    uint32_t last4 = 0, before4 = 0;
    uint32_t byteSoFar = 1;
    int bits = 0;
    int column = 0, above = 0;
    uint32_t recordAbove = 0;
    uint32_t word = 0, wordBefore = 0, wordBeforeThat = 0;
    int tokenBytes = 0;
    uint32_t tokenHash = 0;
    int lineStart = 0, lineBefore = 0;
    uint32_t firstOfLine = 0, field = 0, fieldHash = 0, shape = 0, shapeBefore = 0;
    int lastPosition[256] = {};
    int recordBytes[3] = {}, recordSeen[3] = {};
};

// A vocabulary and the tree of its decisions, as SpellingTree has it.
struct Spelling {
    int root = 0;
    std::vector<int> split, bytesBefore, lower, upper;  // [nodes]
    std::vector<uint8_t> decision;                      // [nodes]
    std::vector<uint8_t> bytes;
    std::vector<int> offsets;  // [symbols + 1]
};

// On the way to a symbol.
struct Walk {
    const Spelling* spelling = nullptr;
    int node = 0;
    int first = 0;  // of the symbols still possible
    int bits = 0;   // of the spelling, known to the mixing
    int roomBits = 0;
    bool stops = false;
};

struct StopModel {
    int bits = 0;
    uint32_t* tables[kStopContexts] = {};
    uint32_t* at[kStopContexts] = {};
    int32_t* weights = nullptr;
    int32_t* row = nullptr;
    alignas(64) int32_t inputs[kStopInputs] = {};
    int mixed = 0;
};

// A frame of a service is often short and touches little of its tables, and there are many frames at a time. So rows of order 1
// direct and of followers are copied from what is primed, and weights of a frame with a model set, when they are first needed.
constexpr int kWeightsTogether = 1024;  // a page of 4 KB, 32 rows
constexpr int kWeightPages = 200;

struct Mixing {
    const Tables* tables = nullptr;
    const Mixing* primed = nullptr;
    bool isDictionary = false;  // so that texts go on behind its end
    Region memory;
    bool hasRow[256] = {};             // of order 1 direct, by the last byte
    bool hasFollowers[256] = {};       // by the last byte but one
    bool hasWeights[kWeightPages] = {};
    uint8_t* slots = nullptr;
    int bucketBits = 0;
    uint32_t* meanings = nullptr;  // [kContexts][256]
    uint32_t* order1 = nullptr;    // [256 · 256]
    uint32_t matchMeanings[kMatchRows] = {};
    int matchBits = 0;
    uint32_t* matchTables[kMatches] = {};
    uint32_t* followers = nullptr;  // [256 · 256]
    int32_t* weights[kMixersModel] = {};
    int32_t* finalWeights = nullptr;
    uint16_t* maps[5] = {};
    uint8_t* history = nullptr;
    int historyBytes = 0;
    std::vector<Lane> lanes;
    std::vector<int> laneStarts;  // [lanes + 1]
    std::vector<int> known;       // [lanes]
    Lane* lane = nullptr;
    uint8_t* tokenBegins = nullptr;  // [history + 1]
    StopModel stop;
    int64_t bitsLearned = 0;
    int rate = kRate + kExtraRate;
    // Of the bit at hand:
    alignas(64) int32_t inputs[kInputs] = {};
    alignas(64) int32_t mixed[8] = {};
    uint8_t* found[kContexts] = {};
    uint32_t* at[kContexts] = {};
    uint8_t state[kContexts] = {};
    uint32_t* order1At = nullptr;
    int32_t* row[kMixersModel] = {};
    int32_t* finalRow = nullptr;
    uint16_t* mapRow[4] = {};
    uint16_t* nearest[5] = {};
    int matchBit[kMatches] = {}, matchRow[kMatches] = {};
    int longest = 0, expected = -1, orderHit = 0, last = 0;
    unsigned node = 1;
};

inline int limit(int x) {
    return x > kMax ? kMax : x < -kMax ? -kMax : x;
}

inline uint32_t hash(uint32_t a, uint32_t b) {
    uint32_t x = a * 0x9E3779B1u + b * 0x85EBCA6Bu + 0x27D4EB2Fu;
    x ^= x >> 15;
    x *= 0x2C1B3C6Du;
    return x ^ x >> 13;
}

// 1/65536 nats; a value's first 13 bits count.
inline int logOf(const Tables& t, int64_t value) {
    uint64_t v = value < 1 ? 1 : static_cast<uint64_t>(value);
    int exponent = 63 - __builtin_clzll(v);
    uint64_t mantissa = exponent >= kLogBits ? v >> (exponent - kLogBits) : v << (kLogBits - exponent);
    return exponent * t.logOf2 + t.logs[mantissa & ((1 << kLogBits) - 1)];
}

// Log odds of two masses, as io.codelength.mix.LogOdds.
inline int logOdds(const Tables& t, int64_t one, int64_t zero) {
    return limit((logOf(t, one) - logOf(t, zero) + (1 << (kLogGuard - 1))) >> kLogGuard);
}

inline int oddsClass(int odds) {
    return (odds + kMax) * 16 / (2 * kMax + 1);
}

inline uint32_t moved(const Tables& t, uint32_t value, unsigned bit, uint32_t limit) {
    uint32_t count = value & 1023;
    int32_t difference = (static_cast<int32_t>(bit << 22) - static_cast<int32_t>(value >> 10)) >> 3;
    uint32_t step = static_cast<uint32_t>(difference) * static_cast<uint32_t>(t.rate[count]) & ~1023u;
    return value + step + (count < limit);
}

// A byte of the lane is complete: history and contexts take it in, then (when there is time) the matches.
void takeByte(Mixing& m, Lane& lane);
void followMatches(Mixing& m, Lane& lane);

// How large the tables are, which follows from the text's length and the memory declared.
struct Sizes {
    int bucketBits, matchBits, stopBits;
    static Sizes prior() { return {16, 16, 1}; }
    static Sizes ofDictionary(int textBytes);
    static Sizes of(int textBytes, int memoryBits);
};

// Behind what `primed` has learned, or (null) at the very beginning.
std::unique_ptr<Mixing> open(
    const Tables& tables, const Mixing* primed, const int* laneStarts, int lanes, const Sizes& sizes, bool model);

// The first weights of a page of a frame with a model.
void setWeights(Mixing& m, size_t page);

void select(Mixing& m, int lane);
void beginToken(Mixing& m);

class RangeEncoder {
public:
    std::vector<uint8_t> bytes;
    void bit(unsigned bit, uint32_t one) {
        uint64_t split = (range_ >> 16) * one;
        if (bit) {
            range_ = split;
        } else {
            low_ += split;
            if (low_ < split) {
                carry();
            }
            range_ -= split;
        }
        while (range_ < (uint64_t{1} << 56)) {
            bytes.push_back(static_cast<uint8_t>(low_ >> 56));
            low_ <<= 8;
            range_ <<= 8;
        }
    }
    void finish();

private:
    void carry() {
        size_t at = bytes.size() - 1;
        while (++bytes[at] == 0) {
            at--;
        }
    }
    bool endsInside(uint64_t mask);
    uint64_t low_ = 0, range_ = ~uint64_t{0};
};

class RangeDecoder {
public:
    RangeDecoder(const uint8_t* from, size_t count) : at_(from), end_(from + count) {
        for (int i = 0; i < 8; i++) {
            shiftIn();
        }
    }
    bool bit(uint32_t one, unsigned& bit) {
        if (code_ >= range_ || pastEnd_ > 16) {
            return false;
        }
        uint64_t split = (range_ >> 16) * one;
        bit = code_ < split;
        if (bit) {
            range_ = split;
        } else {
            code_ -= split;
            range_ -= split;
        }
        while (range_ < (uint64_t{1} << 56)) {
            shiftIn();
            range_ <<= 8;
        }
        return true;
    }
    bool finished() const { return at_ == end_ && pastEnd_ >= 7 && pastEnd_ <= 16; }

private:
    void shiftIn() {
        uint64_t next = 0;
        if (at_ < end_) {
            next = *at_++;
        } else {
            pastEnd_++;
        }
        code_ = code_ << 8 | next;
    }
    const uint8_t* at_;
    const uint8_t* end_;
    int pastEnd_ = 0;
    uint64_t code_ = 0, range_ = ~uint64_t{0};
};

// The functions of a code path.
struct MixingPath {
    const char* name;
    void (*prime)(Mixing&, const uint8_t* text, int count);
    void (*encodeBytes)(Mixing&, RangeEncoder&, const uint8_t* text, int count);
    bool (*decodeBytes)(Mixing&, RangeDecoder&, uint8_t* text, int count);
    bool (*encodeSymbol)(Mixing&, Walk&, RangeEncoder&, int symbol, const int16_t*& odds, const int16_t* oddsEnd);
    int (*decodeDecision)(Mixing&, Walk&, RangeDecoder&, int odds);
    int (*decodeSymbol)(Mixing&, Walk&, RangeDecoder&, const Row& row);
    void (*expect)(const Mixing&, const Lane& lane);
    bool (*endSymbol)(Mixing&, Walk&);
};

}  // namespace mixing
}  // namespace codelength
#endif
