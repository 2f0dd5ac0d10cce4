// The batched coder behind cl_read_coded against a plain one that shares no code with it, for whichever library the test holds.
#ifndef CODELENGTH_TEST_CODED_H
#define CODELENGTH_TEST_CODED_H

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "plain.h"

namespace plain {

// docs/format.md, "Range coder", with the number written out: every carry goes through all digits.
struct Encoder {
    std::vector<int> digits = {};          // bytes before the 64 bits of low
    unsigned __int128 low = 0;
    uint64_t range = ~0ull;
    void encode(uint64_t from, uint64_t frequency, uint64_t total) {
        uint64_t part = range / total;
        add(static_cast<unsigned __int128>(part) * from);
        range = from + frequency == total ? range - part * from : part * frequency;
        while (range < 1ull << 56) {
            shift();
        }
    }
    void add(unsigned __int128 amount) {
        low += amount;
        if (low >> 64 != 0) {
            low &= ~static_cast<uint64_t>(0);
            size_t at = digits.size();
            do {
                at--;
                digits[at] = (digits[at] + 1) % 256;
            } while (digits[at] == 0);
        }
    }
    void shift() {
        digits.push_back(static_cast<int>(low >> 56));
        low = (low << 8) & ~static_cast<uint64_t>(0);
        range <<= 8;
    }
    std::vector<uint8_t> finish() {
        // The multiple of 2^64 that the range holds, if it does, or else of 2^56.
        unsigned __int128 top = low + range;
        unsigned __int128 whole = static_cast<unsigned __int128>(1) << 64;
        if (low == 0) {
        } else if (whole < top) {
            add(whole - low);
        } else {
            unsigned __int128 unit = static_cast<unsigned __int128>(1) << 56;
            add((low + unit - 1) / unit * unit - low);
            digits.push_back(static_cast<int>(low >> 56));
        }
        size_t end = digits.size();
        while (end > 0 && digits.size() - end < 8 && digits[end - 1] == 0) {
            end--;
        }
        return std::vector<uint8_t>(digits.begin(), digits.begin() + static_cast<std::ptrdiff_t>(end));
    }
};

// The way back, for payloads of any origin.
struct Decoder {
    std::vector<uint8_t> bytes;
    size_t at = 0;
    int pastEnd = 0;
    unsigned __int128 code = 0;
    uint64_t range = ~0ull;
    explicit Decoder(std::vector<uint8_t> payload) : bytes(std::move(payload)) {
        for (int i = 0; i < 8; i++) {
            next();
        }
    }
    void next() {
        pastEnd += at < bytes.size() ? 0 : 1;
        code = code * 256 + (at < bytes.size() ? bytes[at++] : 0);
    }
    // The symbol of these frequencies, or −1.
    int decode(const std::vector<uint64_t>& frequencies) {
        uint64_t total = 0;
        for (uint64_t f : frequencies) {
            total += f;
        }
        if (code >= range || pastEnd > 16) {
            return -1;
        }
        uint64_t part = range / total;
        uint64_t from = 0;
        size_t symbol = 0;
        while (symbol + 1 < frequencies.size() && static_cast<unsigned __int128>(part) * (from + frequencies[symbol]) <= code) {
            from += frequencies[symbol++];
        }
        code -= part * from;
        range = symbol + 1 == frequencies.size() ? range - part * from : part * frequencies[symbol];
        while (range < 1ull << 56) {
            next();
            range <<= 8;
        }
        return static_cast<int>(symbol);
    }
};

}  // namespace plain

namespace coded {

struct Case {
    std::string name;
    plain::Model model;
    std::vector<int32_t> firstRow;       // [symbols + 1]
    std::vector<std::vector<int>> lanes; // [coders][lanes] symbols of each lane
};

inline std::vector<int32_t> rowlessOf(const std::vector<int32_t>& firstRow) {
    std::vector<int32_t> rowless = {0};
    for (size_t i = 0; i + 1 < firstRow.size(); i++) {
        rowless.push_back(rowless.back() + (firstRow[i] == firstRow[i + 1] ? 1 : 0));
    }
    return rowless;
}

inline std::vector<Case> cases() {
    std::vector<int32_t> each;
    for (int i = 0; i <= 700; i++) {
        each.push_back(i);
    }
    // Symbols of several rows and of none, at both ends too, on a head that fills its blocks and on one that does not.
    std::vector<std::vector<int32_t>> classes;
    plain::Random random{78};
    for (int rows : {256, 257}) {
        std::vector<int32_t> firstRow = {0, 0, 0};
        while (firstRow.back() < rows) {
            firstRow.push_back(std::min(rows, firstRow.back() + random.below(4)));
        }
        firstRow.push_back(rows);
        firstRow.push_back(rows);
        classes.push_back(firstRow);
    }
    std::vector<std::vector<int>> full = {{40, 38, 40, 1, 7, 40, 33, 40}, {12, 40, 40, 40, 2, 40, 39, 40}, {40}};
    std::vector<std::vector<int>> most(8, std::vector<int>(8, 9));
    return {
        {"a row each", plain::makeModel({32, 1, 2, 1, 16, 48, 70, 33, 700}, 8, 11), each, full},
        {"64 lanes", plain::makeModel({32, 1, 2, 1, 16, 48, 70, 33, 700}, 8, 11), each, most},
        {"classes, full blocks", plain::makeModel({18, 2, 4, 2, 6, 22, 64, 50, 256}, 15, 13), classes[0], full},
        {"classes", plain::makeModel({18, 2, 4, 2, 6, 22, 64, 50, 257}, 15, 14), classes[1], full},
        {"extreme weights", plain::makeModel({32, 1, 2, 1, 16, 48, 70, 33, 700}, 15, 15, plain::Weights::kExtreme), each, full},
    };
}

inline std::vector<uint64_t> frequenciesOf(const std::vector<int32_t>& e, const std::vector<int32_t>& firstRow) {
    std::vector<uint64_t> frequencies;
    for (size_t symbol = 0; symbol + 1 < firstRow.size(); symbol++) {
        uint64_t f = 0;
        for (int32_t row = firstRow[symbol]; row < firstRow[symbol + 1]; row++) {
            f += static_cast<uint64_t>(e[static_cast<size_t>(row)]);
        }
        frequencies.push_back(firstRow[symbol] == firstRow[symbol + 1] ? 1 : f);
    }
    return frequencies;
}

// One lane as the library sees it, with the plain model beside it.
struct Lane {
    cl_stream* stream;
    plain::Stream plainStream;
    int length;
    int before = 0;  // what is read next
    int position = 0;
};

struct Call {
    std::vector<cl_stream*> streams;
    std::vector<int32_t> positions, symbols;
    std::vector<uint8_t> wanted;
    std::vector<Lane*> lanes;
    std::vector<size_t> coders;
    void add(Lane& lane, size_t coder) {
        streams.push_back(lane.stream);
        positions.push_back(lane.position);
        symbols.push_back(lane.before);
        wanted.push_back(1);
        lanes.push_back(&lane);
        coders.push_back(coder);
    }
    int read(cl_model* model) {
        return cl_read_coded(
            model, static_cast<int32_t>(streams.size()), streams.data(), positions.data(), symbols.data(), wanted.data());
    }
};

struct Lanes {
    std::vector<std::vector<Lane>> all;
    Lanes(const Case& c, cl_model* model) {
        for (const std::vector<int>& lengths : c.lanes) {
            all.emplace_back();
            for (int length : lengths) {
                all.back().push_back({cl_stream_open(model, length), plain::Stream(c.model), length});
            }
        }
    }
    ~Lanes() {
        for (std::vector<Lane>& lanes : all) {
            for (Lane& lane : lanes) {
                cl_stream_close(lane.stream);
            }
        }
    }
    // The lanes that have a symbol at this step, in the order in which their coders take them.
    Call at(int step) {
        Call call;
        for (size_t coder = 0; coder < all.size(); coder++) {
            for (Lane& lane : all[coder]) {
                if (step < lane.length) {
                    call.add(lane, coder);
                }
            }
        }
        return call;
    }
    int longest() const {
        int most = 0;
        for (const std::vector<Lane>& lanes : all) {
            for (const Lane& lane : lanes) {
                most = std::max(most, lane.length);
            }
        }
        return most;
    }
};

// Random symbols: intervals from cl_read_coded and bytes from cl_encode are the plain ones.
inline bool encodes(
    const Case& c, cl_model* model, std::vector<std::vector<uint8_t>>& payloads, std::vector<std::vector<int>>& texts) {
    const int symbols = static_cast<int>(c.firstRow.size()) - 1;
    const size_t coders = c.lanes.size();
    plain::Random random{6};
    Lanes lanes(c, model);
    std::vector<plain::Encoder> expected(coders);
    std::vector<std::vector<int64_t>> below(coders), frequency(coders), total(coders);
    texts.assign(coders, {});
    cl_coding& coding = *cl_coding_of(model);
    for (int step = 0; step < lanes.longest(); step++) {
        Call call = lanes.at(step);
        for (size_t slot = 0; slot < call.lanes.size(); slot++) {
            coding.use[slot] = CL_INTERVAL;
            coding.symbol[slot] = random.below(4) == 0 ? symbols - 1 : random.below(symbols);
        }
        if (call.read(model) != CL_OK) {
            return false;
        }
        for (size_t slot = 0; slot < call.lanes.size(); slot++) {
            Lane& lane = *call.lanes[slot];
            const size_t symbol = static_cast<size_t>(coding.symbol[slot]);
            std::vector<uint64_t> f = frequenciesOf(plain::read(c.model, lane.plainStream, lane.before), c.firstRow);
            uint64_t from = 0, sum = 0;
            for (size_t s = 0; s < f.size(); s++) {
                from += s < symbol ? f[s] : 0;
                sum += f[s];
            }
            const size_t coder = call.coders[slot];
            if (coding.below[slot] != static_cast<int64_t>(from) || coding.frequency[slot] != static_cast<int64_t>(f[symbol]) ||
                coding.total[slot] != static_cast<int64_t>(sum)) {
                return false;
            }
            expected[coder].encode(from, f[symbol], sum);
            below[coder].push_back(coding.below[slot]);
            frequency[coder].push_back(coding.frequency[slot]);
            total[coder].push_back(coding.total[slot]);
            texts[coder].push_back(static_cast<int>(symbol));
            lane.before = static_cast<int>(symbol) % c.model.symbols;
            lane.position++;
        }
    }
    std::vector<int32_t> ends;
    std::vector<int64_t> allBelow, allFrequency, allTotal;
    for (size_t coder = 0; coder < coders; coder++) {
        allBelow.insert(allBelow.end(), below[coder].begin(), below[coder].end());
        allFrequency.insert(allFrequency.end(), frequency[coder].begin(), frequency[coder].end());
        allTotal.insert(allTotal.end(), total[coder].begin(), total[coder].end());
        ends.push_back(static_cast<int32_t>(allBelow.size()));
    }
    std::vector<uint8_t> payload(allBelow.size() * CL_SYMBOL_BYTES_MAX + coders);
    std::vector<int64_t> payloadEnds(coders);
    auto run = [&](int64_t capacity) {
        return cl_encode(
            static_cast<int32_t>(coders), ends.data(), allBelow.data(), allFrequency.data(), allTotal.data(), payload.data(),
            capacity, payloadEnds.data());
    };
    if (run(static_cast<int64_t>(payload.size()) - 1) != CL_NO_MEMORY || run(static_cast<int64_t>(payload.size())) != CL_OK) {
        return false;
    }
    payloads.clear();
    for (size_t coder = 0; coder < coders; coder++) {
        const std::ptrdiff_t from = coder == 0 ? 0 : static_cast<std::ptrdiff_t>(payloadEnds[coder - 1]);
        payloads.emplace_back(payload.begin() + from, payload.begin() + static_cast<std::ptrdiff_t>(payloadEnds[coder]));
        if (payloads.back() != expected[coder].finish()) {
            return false;
        }
    }
    allFrequency[allFrequency.size() / 2] = 0;
    return run(static_cast<int64_t>(payload.size())) == CL_BAD_ARGUMENT;
}

// Decodes payloads of any origin: each symbol, and the first that cannot be one, is the plain decoder's.
inline bool decodes(
    const Case& c, cl_model* model, const std::vector<std::vector<uint8_t>>& payloads, std::vector<std::vector<int>>& texts) {
    const size_t coders = payloads.size();
    Lanes lanes(c, model);
    std::vector<plain::Decoder> expected;
    std::vector<size_t> at(coders);
    cl_coding& coding = *cl_coding_of(model);
    for (size_t coder = 0; coder < coders; coder++) {
        expected.emplace_back(payloads[coder]);
        plain::Decoder begun(payloads[coder]);
        at[coder] = begun.at;
        coding.code[coder] = static_cast<uint64_t>(begun.code);
        coding.range[coder] = ~0ull;
        coding.past_end[coder] = begun.pastEnd;
    }
    std::vector<bool> broken(coders, false);
    texts.assign(coders, {});
    for (int step = 0; step < lanes.longest(); step++) {
        Call call = lanes.at(step);
        std::vector<size_t> slots(coders, 0);
        for (size_t coder : call.coders) {
            slots[coder]++;
        }
        size_t ahead = 0;
        for (size_t coder = 0; coder < coders; coder++) {
            const size_t count = std::min(slots[coder] * CL_SYMBOL_BYTES_MAX, payloads[coder].size() - at[coder]);
            std::copy_n(payloads[coder].begin() + static_cast<std::ptrdiff_t>(at[coder]), count, coding.ahead + ahead);
            coding.at[coder] = static_cast<int32_t>(ahead);
            ahead += count;
            coding.end[coder] = static_cast<int32_t>(ahead);
        }
        std::vector<int32_t> before(coding.at, coding.at + coders);
        for (size_t slot = 0; slot < call.lanes.size(); slot++) {
            coding.use[slot] = static_cast<int32_t>(call.coders[slot]);
        }
        if (call.read(model) != CL_OK) {
            return false;
        }
        for (size_t coder = 0; coder < coders; coder++) {
            at[coder] += static_cast<size_t>(coding.at[coder] - before[coder]);
        }
        for (size_t slot = 0; slot < call.lanes.size(); slot++) {
            Lane& lane = *call.lanes[slot];
            const size_t coder = call.coders[slot];
            std::vector<uint64_t> f = frequenciesOf(plain::read(c.model, lane.plainStream, lane.before), c.firstRow);
            const int symbol = broken[coder] ? -1 : expected[coder].decode(f);
            if (coding.symbol[slot] != symbol) {
                return false;
            }
            broken[coder] = symbol < 0;
            texts[coder].push_back(symbol);
            lane.before = std::max(symbol, 0) % c.model.symbols;
            lane.position++;
        }
        for (size_t coder = 0; coder < coders; coder++) {
            if (!broken[coder] && (coding.past_end[coder] != expected[coder].pastEnd || at[coder] != expected[coder].at)) {
                return false;
            }
        }
    }
    return true;
}

inline bool agrees(const Case& c, const char* path) {
    cl_model* model = plain::load(c.model, path, 1);
    std::vector<int32_t> rowless = rowlessOf(c.firstRow);
    std::vector<std::vector<uint8_t>> payloads;
    std::vector<std::vector<int>> texts, found;
    bool same = model != nullptr &&
                cl_symbols(model, static_cast<int32_t>(rowless.size()) - 1, c.firstRow.data(), rowless.data()) == CL_OK &&
                encodes(c, model, payloads, texts) && decodes(c, model, payloads, found) && found == texts;
    plain::Random random{9};
    bool refused = false;
    for (int round = 0; same && round < 6; round++) {
        std::vector<std::vector<uint8_t>> damaged = payloads;
        for (std::vector<uint8_t>& payload : damaged) {
            switch (round) {
                case 0: payload.clear(); break;
                case 1: payload.resize(payload.size() / 2); break;
                case 2: std::fill(payload.begin(), payload.end(), static_cast<uint8_t>(255)); break;
                default:
                    if (!payload.empty()) {
                        payload[static_cast<size_t>(random.below(static_cast<int>(payload.size())))] ^=
                            static_cast<uint8_t>(1 << random.below(8));
                    }
            }
        }
        same = decodes(c, model, damaged, found);
        for (const std::vector<int>& text : found) {
            refused = refused || std::find(text.begin(), text.end(), -1) != text.end();
        }
    }
    if (model != nullptr) {
        cl_model_free(model);
    }
    return same && refused;
}

// Nothing that a caller leaves in cl_coding makes the library read or write outside of it.
inline bool refuses(const char* path) {
    plain::Model m = plain::makeModel({18, 2, 4, 2, 6, 22, 64, 50, 53}, 15, 3);
    cl_model* model = plain::load(m, path, 1);
    std::vector<int32_t> firstRow;
    for (int i = 0; i <= 53; i++) {
        firstRow.push_back(i);
    }
    std::vector<int32_t> rowless(54, 0);
    cl_stream* stream = cl_stream_open(model, 8);
    cl_coding& coding = *cl_coding_of(model);
    const int32_t position = 0, symbol = 0;
    const uint8_t wanted = 1;
    auto with = [&](int32_t use, int32_t coded, int32_t at, int32_t end, uint64_t range) {
        coding.use[0] = use;
        coding.symbol[0] = coded;
        coding.at[0] = at;
        coding.end[0] = end;
        coding.range[0] = range;
        coding.past_end[0] = 0;
        return cl_read_coded(model, 1, &stream, &position, &symbol, &wanted);
    };
    const uint64_t full = ~0ull;
    bool before = with(CL_INTERVAL, 0, 0, 0, full) == CL_BAD_ARGUMENT && with(0, 0, 0, 0, full) == CL_BAD_ARGUMENT &&
                  with(CL_ROW, 0, 0, 0, full) == CL_OK;
    firstRow[53] = 52;
    bool table = cl_symbols(model, 53, firstRow.data(), rowless.data()) == CL_BAD_ARGUMENT;
    firstRow[53] = 53;
    table = table && cl_symbols(model, 53, firstRow.data(), rowless.data()) == CL_OK;
    bool all = with(0, 0, 0, 8, full) == CL_OK && with(CL_INTERVAL, 52, 0, 0, 0) == CL_OK &&
               with(CL_INTERVAL, 53, 0, 0, full) == CL_BAD_ARGUMENT && with(CL_INTERVAL, -1, 0, 0, full) == CL_BAD_ARGUMENT &&
               with(CL_ROWS_MAX, 0, 0, 8, full) == CL_BAD_ARGUMENT && with(-3, 0, 0, 8, full) == CL_BAD_ARGUMENT &&
               with(0, 0, -1, 8, full) == CL_BAD_ARGUMENT && with(0, 0, 9, 8, full) == CL_BAD_ARGUMENT &&
               with(0, 0, 0, CL_ROWS_MAX * CL_SYMBOL_BYTES_MAX + 1, full) == CL_BAD_ARGUMENT &&
               with(0, 0, 0, 8, (1ull << 56) - 1) == CL_BAD_ARGUMENT;
    cl_stream_close(stream);
    cl_model_free(model);
    return before && table && all;
}

}  // namespace coded

#endif
