// What a frame's mixing does once a byte or once a frame: the same code for every path.
#include "mixing.h"

#include <algorithm>
#include <new>
#include <type_traits>
#include <utility>

namespace codelength {
namespace mixing {

namespace {

constexpr int kRecordMost = 2048;
constexpr int kVerifiedMost = 400;

uint32_t at(const uint8_t* text, int position, int back) {
    return back <= position ? text[position - back] : 0;
}

void takeText(const Tables& t, Lane& lane, uint32_t c1) {
    int byteClass = t.byteClass[c1];
    bool isLetter = byteClass == 1 || byteClass == 2 || byteClass == 6;
    if (isLetter) {
        lane.word = (lane.word + (byteClass == 2 ? c1 + 32 : c1) + 1) * 0x2F0B4C47u;
        lane.word ^= lane.word >> 16;
    } else if (lane.word != 0) {
        lane.wordBeforeThat = lane.wordBefore;
        lane.wordBefore = lane.word;
        lane.word = 0;
    }
    if (c1 == '\n') {
        lane.lineBefore = lane.lineStart;
        lane.lineStart = lane.position;
        lane.field = 0;
        lane.fieldHash = 0;
        lane.firstOfLine = 0;
    } else {
        if (lane.position - lane.lineStart <= 4) {
            lane.firstOfLine = lane.firstOfLine << 8 | c1;
        }
        if (isLetter || byteClass == 3) {
            lane.fieldHash = hash(lane.fieldHash, c1);
        } else {
            lane.field = lane.field < 255 ? lane.field + 1 : 255;
            lane.fieldHash = 0;
        }
    }
    uint32_t alike = byteClass == 1 ? 'a' : byteClass == 2 ? 'A' : byteClass == 3 ? '0' : c1;
    lane.shapeBefore = lane.shapeBefore << 8 | lane.shape >> 24;
    lane.shape = lane.shape << 8 | alike;
}

void takeRecord(const uint8_t* text, Lane& lane, uint32_t c1) {
    int distance = lane.position - lane.lastPosition[c1];
    lane.lastPosition[c1] = lane.position;
    if (distance <= 1 || distance >= kRecordMost || lane.position < 2 * distance + 1 ||
        text[lane.position - 1 - 2 * distance] != c1) {
        return;
    }
    int* bytes = lane.recordBytes;
    int* seen = lane.recordSeen;
    int candidate = 0;
    while (candidate < 3 && bytes[candidate] != distance) {
        candidate++;
    }
    if (candidate == 3) {
        if (--seen[2] < 0) {
            bytes[2] = distance;
            seen[2] = 1;
        }
        return;
    }
    if (++seen[candidate] > 255) {
        for (int i = 0; i < 3; i++) {
            seen[i] >>= 1;
        }
    }
    if (candidate > 0 && seen[candidate] > seen[candidate - 1]) {
        std::swap(bytes[candidate], bytes[candidate - 1]);
        std::swap(seen[candidate], seen[candidate - 1]);
    }
}

// Order 1 direct and followers have the rows that the lane's last bytes need next.
void haveRows(Mixing& m, uint32_t last4) {
    constexpr size_t kRow = 256;
    uint32_t c1 = last4 & 0xff;
    uint32_t c2 = last4 >> 8 & 0xff;
    if (!m.hasRow[c1]) {
        const Mixing* from = m.primed;
        while (!from->hasRow[c1]) {
            from = from->primed;
        }
        std::memcpy(m.order1 + c1 * kRow, from->order1 + c1 * kRow, kRow * sizeof(uint32_t));
        m.hasRow[c1] = true;
    }
    if (!m.hasFollowers[c2]) {
        const Mixing* from = m.primed;
        while (!from->hasFollowers[c2]) {
            from = from->primed;
        }
        std::memcpy(m.followers + c2 * kRow, from->followers + c2 * kRow, kRow * sizeof(uint32_t));
        m.hasFollowers[c2] = true;
    }
}

void makeContexts(Mixing& m, Lane& lane) {
    const uint8_t* text = m.history + lane.start;
    uint32_t last4 = lane.last4;
    uint32_t c1 = last4 & 0xff;
    haveRows(m, last4);
    lane.column = lane.position - lane.lineStart;
    lane.above = 0;
    uint32_t aboveNext = 0;
    int up = lane.lineBefore + lane.column;
    if (lane.lineStart > 0 && up < lane.lineStart) {
        lane.above = text[up];
        aboveNext = up + 1 < lane.lineStart ? text[up + 1] : 0;
    }
    int record = lane.recordSeen[0] > 8 ? lane.recordBytes[0] : 0;
    int distance = record == 0 ? 4 : record;
    lane.recordAbove = at(text, lane.position, distance);
    uint32_t place = record == 0 ? 0 : static_cast<uint32_t>(lane.position % record);
    uint32_t above = static_cast<uint32_t>(lane.above);
    uint32_t* h = lane.contexts;
    h[0] = hash(1, c1);
    h[1] = hash(2, last4 & 0xffff);
    h[2] = hash(3, last4 & 0xffffff);
    h[3] = hash(4, last4);
    h[4] = hash(hash(5, last4), lane.before4 & 0xff);
    h[5] = hash(hash(6, last4), lane.before4 & 0xffff);
    h[6] = hash(hash(7, lane.word), c1);
    h[7] = hash(hash(8, lane.word), lane.wordBefore);
    h[8] = hash(hash(9, lane.word), hash(c1, lane.wordBeforeThat));
    h[9] = hash(hash(10, static_cast<uint32_t>(lane.column < 255 ? lane.column : 255)), above);
    h[10] = hash(hash(11, above << 8 | aboveNext), c1);
    h[11] = hash(hash(12, lane.firstOfLine), hash(lane.field, lane.fieldHash));
    h[12] = hash(hash(13, lane.shape), lane.shapeBefore);
    h[13] = hash(hash(14, lane.recordAbove << 8 | at(text, lane.position, 2 * distance)), place);
    h[14] = hash(hash(15, place), static_cast<uint32_t>(record));
    h[15] = hash(16, last4 & 0xffff00);
    h[16] = hash(17, last4 & 0xffff0000);
    h[17] = hash(hash(18, m.followers[last4 & 0xffff] & 0xffff), c1);
}

void look(Mixing& m, Match& match, uint32_t candidate, int least, const Lane& lane) {
    if (candidate == 0) {
        return;
    }
    int from = static_cast<int>(candidate) - 1;
    int owner = 0;
    int high = static_cast<int>(m.lanes.size());
    while (high - owner > 1) {
        int middle = (owner + high) / 2;
        (m.laneStarts[static_cast<size_t>(middle)] <= from ? owner : high) = middle;
    }
    int here = lane.start + lane.position;
    int most = from + 1 - m.laneStarts[static_cast<size_t>(owner)];
    most = most < lane.position ? most : lane.position;
    most = most < kVerifiedMost ? most : kVerifiedMost;
    int length = 0;
    while (length < most && m.history[from - length] == m.history[here - 1 - length]) {
        length++;
    }
    if (length >= least) {
        match.length = length;
        match.pointer = from + 1;
        match.lane = owner;
    }
}

void hashMatches(const Mixing& m, Lane& lane) {
    const uint8_t* here = m.history + lane.start + lane.position;
    for (int i = 0; i < kMatches; i++) {
        if (lane.position >= kMatchLeast[i]) {
            uint32_t h = 0;
            for (int k = 1; k <= kMatchLeast[i]; k++) {
                h = (h + here[-k] + 1) * 0x2F0B4C47u;
            }
            h ^= h >> 15;
            h *= 0x9E3779B1u;
            lane.matchHash[i] = h;
            __builtin_prefetch(m.matchTables[i] + (h >> (32 - m.matchBits)));
        }
    }
}

}  // namespace

void followMatches(Mixing& m, Lane& lane) {
    int here = lane.start + lane.position;
    uint32_t candidates[kMatches] = {};
    for (int i = 0; i < kMatches; i++) {
        Match& match = lane.matches[i];
        if (match.length > 0) {
            if (m.history[match.pointer] == m.history[here - 1]) {
                match.length = match.length < 65535 ? match.length + 1 : 65535;
                match.pointer++;
            } else {
                match.length = 0;
            }
        }
        if (lane.position >= kMatchLeast[i]) {
            uint32_t h = lane.matchHash[i];
            uint32_t& entry = m.matchTables[i][h >> (32 - m.matchBits)];
            if (match.length == 0) {
                candidates[i] = entry;
                for (const Mixing* p = m.primed; candidates[i] == 0 && p != nullptr; p = p->primed) {
                    candidates[i] = p->matchTables[i][h >> (32 - p->matchBits)];
                }
                __builtin_prefetch(m.history + candidates[i]);
            }
            entry = static_cast<uint32_t>(here);
        }
    }
    for (int i = 0; i < kMatches; i++) {
        Match& match = lane.matches[i];
        look(m, match, candidates[i], kMatchLeast[i], lane);
        if (match.length > 0 && match.pointer >= m.known[static_cast<size_t>(match.lane)]) {
            match.length = 0;
        }
    }
}

void takeByte(Mixing& m, Lane& lane) {
    uint32_t c1 = lane.byteSoFar & 0xff;
    m.history[lane.start + lane.position] = static_cast<uint8_t>(c1);
    lane.before4 = lane.before4 << 8 | lane.last4 >> 24;
    lane.last4 = lane.last4 << 8 | c1;
    lane.byteSoFar = 1;
    lane.bits = 0;
    lane.position++;
    m.known[static_cast<size_t>(lane.index)] = lane.start + lane.position;
    lane.tokenBytes++;
    lane.tokenHash = hash(lane.tokenHash, c1);
    takeText(*m.tables, lane, c1);
    uint32_t& followers = m.followers[lane.last4 >> 8 & 0xffff];
    followers = followers << 8 | c1;
    takeRecord(m.history + lane.start, lane, c1);
    makeContexts(m, lane);
    hashMatches(m, lane);
}

namespace {

// The least for which 2^bits is at least the length.
int bitsOf(int textBytes) {
    int bits = 0;
    while ((int64_t{1} << bits) < textBytes) {
        bits++;
    }
    return bits;
}

int between(int least, int value, int most) {
    value = value < most ? value : most;
    return value > least ? value : least;
}

}  // namespace

Sizes Sizes::ofDictionary(int textBytes) {
    int bits = bitsOf(textBytes);
    return {between(8, bits, 18), between(10, bits, 18), 1};
}

Sizes Sizes::of(int textBytes, int memoryBits) {
    int bits = bitsOf(textBytes);
    return {between(8, bits + 3, memoryBits - 1 - 6), between(10, bits, 18), between(12, bits + 1, 18)};
}

void select(Mixing& m, int lane) {
    m.lane = &m.lanes[static_cast<size_t>(lane) + (m.primed == nullptr ? 0 : 1)];
}

void beginToken(Mixing& m) {
    m.lane->tokenBytes = 0;
    m.lane->tokenHash = 0;
    m.tokenBegins[m.lane->start + m.lane->position] = 1;
}

namespace {

// Calls place(pointer, count) for every table.
template <class Place>
void forTables(Mixing& m, const Sizes& sizes, int mixers, bool model, Place place) {
    place(m.slots, size_t{64} << sizes.bucketBits);
    for (int i = 0; i < mixers; i++) {  // one behind the other: see setWeights
        place(m.weights[i], static_cast<size_t>(kMixerRows[i]) * kInputs);
    }
    place(m.order1, 65536);
    place(m.followers, 65536);
    for (uint32_t*& table : m.matchTables) {
        place(table, size_t{1} << sizes.matchBits);
    }
    place(m.history, static_cast<size_t>(m.historyBytes) + 1);
    place(m.meanings, kContexts * 256);
    for (int i = 0; i < 5; i++) {
        place(m.maps[i], static_cast<size_t>(kMapContexts[i]) * kPoints);
    }
    place(m.finalWeights, kFinalRows * 8);
    if (model) {
        place(m.tokenBegins, static_cast<size_t>(m.historyBytes) + 1);
        for (uint32_t*& table : m.stop.tables) {
            place(table, size_t{1} << sizes.stopBits);
        }
        place(m.stop.weights, kStopRows * kStopInputs);
    }
}

// All tables in one region, each at the beginning of a page, the largest first.
void divide(Mixing& m, const Sizes& sizes, int mixers, bool model) {
    size_t bytes = 0;
    forTables(m, sizes, mixers, model, [&bytes](auto*& table, size_t count) {
        bytes = (bytes + count * sizeof(*table) + kPage - 1) / kPage * kPage;
    });
    // Large tables are read faster from huge pages, but short texts touch little of small ones, slots apart.
    bool huge = bytes >= (size_t{4} << 20);
    m.memory = Region(bytes, huge);
    if (!huge) {
        m.memory.touch(size_t{64} << sizes.bucketBits);
    }
    size_t at = 0;
    forTables(m, sizes, mixers, model, [&m, &at](auto*& table, size_t count) {
        table = reinterpret_cast<std::remove_reference_t<decltype(table)>>(m.memory.data() + at);
        at = (at + count * sizeof(*table) + kPage - 1) / kPage * kPage;
    });
}

}  // namespace

void setWeights(Mixing& m, size_t page) {
    int32_t* weights = m.weights[0] + page * kWeightsTogether;
    for (int k = 0; k < kWeightsTogether; k++) {
        weights[k] = k % kInputs == kModelInput ? kOne * 87 / 100 : kOne * 35 / 1000;
    }
    m.hasWeights[page] = true;
}

std::unique_ptr<Mixing> open(
    const Tables& t, const Mixing* primed, const int* laneStarts, int lanes, const Sizes& sizes, bool model) {
    std::unique_ptr<Mixing> made(new Mixing);
    Mixing& m = *made;
    m.tables = &t;
    m.primed = primed;
    int before = primed == nullptr ? 0 : primed->historyBytes;
    m.historyBytes = before + laneStarts[lanes];
    m.bucketBits = sizes.bucketBits;
    m.matchBits = sizes.matchBits;
    int mixers = model ? kMixersModel : kMixersAlone;
    m.stop.bits = sizes.stopBits;
    divide(m, sizes, mixers, model);
    if (primed != nullptr) {
        std::memcpy(m.meanings, primed->meanings, kContexts * 256 * sizeof(uint32_t));
        std::memcpy(m.matchMeanings, primed->matchMeanings, sizeof m.matchMeanings);
        for (int i = 0; i < 5; i++) {
            std::memcpy(m.maps[i], primed->maps[i], static_cast<size_t>(kMapContexts[i]) * kPoints * sizeof(uint16_t));
        }
        std::memcpy(m.history, primed->history, static_cast<size_t>(before));
    } else {
        for (int i = 0; i < kContexts * 256; i++) {
            m.meanings[i] = t.newMeaning[i & 255];
        }
        std::fill_n(m.order1, 65536, kHalf);
        std::fill_n(m.hasRow, 256, true);
        std::fill_n(m.hasFollowers, 256, true);
        std::memcpy(m.matchMeanings, t.newMatch, sizeof m.matchMeanings);
        for (int i = 0; i < 5; i++) {
            size_t count = static_cast<size_t>(kMapContexts[i]) * kPoints;
            for (size_t k = 0; k < count; k++) {
                m.maps[i][k] = t.newPoints[k % kPoints];
            }
        }
    }
    if (primed != nullptr && !model) {
        for (int i = 0; i < mixers; i++) {
            size_t count = static_cast<size_t>(kMixerRows[i]) * kInputs;
            std::memcpy(m.weights[i], primed->weights[i], count * sizeof(int32_t));
        }
        std::memcpy(m.finalWeights, primed->finalWeights, kFinalRows * 8 * sizeof(int32_t));
    } else {
        for (int i = 0; !model && i < mixers; i++) {
            std::fill_n(m.weights[i], static_cast<size_t>(kMixerRows[i]) * kInputs, kOne / 10);
        }
        std::fill_n(m.finalWeights, kFinalRows * 8, kOne / mixers);
    }
    if (model) {
        StopModel& stop = m.stop;
        for (uint32_t* table : stop.tables) {
            std::fill_n(table, size_t{1} << stop.bits, kHalf);
        }
        for (int row = 0; row < kStopRows; row++) {
            int32_t* weights = stop.weights + row * kStopInputs;
            weights[0] = kOne * 8 / 10;
            std::fill_n(weights + 1, kStopContexts, kOne * 15 / 100);
        }
    }
    m.inputs[kBiasInput] = 256;
    if (primed != nullptr) {
        m.laneStarts.push_back(0);
        m.known.push_back(before);
        Lane lane;
        m.lanes.push_back(lane);
    }
    for (int i = 0; i < lanes; i++) {
        Lane lane;
        lane.start = before + laneStarts[i];
        lane.index = static_cast<int>(m.lanes.size());
        m.laneStarts.push_back(lane.start);
        m.known.push_back(lane.start);
        m.lanes.push_back(lane);
    }
    if (primed != nullptr && primed->isDictionary) {
        Lane& first = m.lanes[1];
        first = *primed->lane;  // its index is 1 as well
        for (Match& match : first.matches) {
            match.lane = 0;
        }
    }
    m.laneStarts.push_back(m.historyBytes);
    for (Lane& lane : m.lanes) {
        makeContexts(m, lane);
    }
    m.lane = &m.lanes[primed == nullptr ? 0 : 1];
    return made;
}

bool RangeEncoder::endsInside(uint64_t mask) {
    uint64_t rounded = (low_ + mask) & ~mask;
    if (rounded - low_ >= range_) {
        return false;
    }
    if (rounded < low_) {
        carry();
    }
    low_ = rounded;
    return true;
}

void RangeEncoder::finish() {
    if (!endsInside(~uint64_t{0})) {
        endsInside((uint64_t{1} << 56) - 1);
        bytes.push_back(static_cast<uint8_t>(low_ >> 56));
    }
    int dropped = 0;
    while (!bytes.empty() && dropped < 8 && bytes.back() == 0) {
        bytes.pop_back();
        dropped++;
    }
}

}  // namespace mixing
}  // namespace codelength
