// The kernels against the plain model, on every path that this processor has. A runner of its own, so that nothing need be
// installed: prints each claim and stops with 1 if one does not hold.
#include <cstdio>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "../src/coder.h"
#include "../src/model.h"
#include "coded.h"
#include "mixing_tests.h"
#include "plain.h"

namespace {

int failures = 0;

void claim(bool holds, const std::string& what) {
    std::printf("%s  %s\n", holds ? "ok    " : "FAILED", what.c_str());
    failures += holds ? 0 : 1;
}

std::vector<std::string> pathNames() {
    std::vector<std::string> names;
    std::string all = cl_paths();
    for (size_t from = 0; from <= all.size();) {
        size_t comma = all.find(',', from);
        size_t to = comma == std::string::npos ? all.size() : comma;
        names.push_back(all.substr(from, to - from));
        from = to + 1;
    }
    return names;
}

// Rows for one call of cl_read.
struct Batch {
    std::vector<cl_stream*> streams;
    std::vector<int32_t> positions, symbols;
    std::vector<uint8_t> wanted;
    void add(cl_stream* stream, int position, int symbol, bool want) {
        streams.push_back(stream);
        positions.push_back(position);
        symbols.push_back(symbol);
        wanted.push_back(want ? 1 : 0);
    }
    int read(cl_model* model) {
        int code = cl_read(
            model, static_cast<int>(streams.size()), streams.data(), positions.data(), symbols.data(), wanted.data());
        return code;
    }
};

bool sameRow(const plain::Model& m, cl_model* model, int slot, const std::vector<int32_t>& expected) {
    int stride = cl_exponential_stride(model);
    int blocks = cl_blocks(model);
    const int32_t* e = cl_exponentials(model) + static_cast<size_t>(slot) * stride;
    const int64_t* sums = cl_sums(model) + static_cast<size_t>(slot) * (blocks + 1);
    if (std::memcmp(e, expected.data(), expected.size() * sizeof(int32_t)) != 0) {
        return false;
    }
    int64_t sum = 0;
    for (int i = 0; i < stride; i++) {
        if (i % codelength::profile1::kFrequencyBlock == 0 && sums[i / codelength::profile1::kFrequencyBlock] != sum) {
            return false;
        }
        if (i >= m.headRows && e[i] != 0) {
            return false;
        }
        sum += e[i];
    }
    return sums[blocks] == sum;
}

struct Expected {
    std::vector<int> symbols;
    std::vector<std::vector<int32_t>> rows;
};

Expected expect(const plain::Model& m, int length, uint64_t seed) {
    plain::Random random{seed};
    Expected expected;
    plain::Stream stream(m);
    for (int i = 0; i < length; i++) {
        expected.symbols.push_back(random.below(m.symbols));
        expected.rows.push_back(plain::read(m, stream, expected.symbols.back()));
    }
    return expected;
}

// Streams of different lengths, mixed at random into calls of any size: some read several symbols, some one.
bool mixedCallsAgree(const plain::Model& m, cl_model* model, const std::vector<Expected>& texts, uint64_t seed, int mostRows) {
    plain::Random random{seed};
    std::vector<cl_stream*> streams;
    std::vector<int> at(texts.size(), 0);
    for (const Expected& text : texts) {
        streams.push_back(cl_stream_open(model, static_cast<int>(text.symbols.size())));
    }
    bool same = true;
    while (same) {
        Batch batch;
        std::vector<std::pair<size_t, int>> wanted;
        for (size_t i = 0; i < texts.size(); i++) {
            int left = static_cast<int>(texts[i].symbols.size()) - at[i];
            int room = mostRows - static_cast<int>(batch.streams.size());
            int count = random.below(3) == 0 ? 1 + random.below(40) : 1;
            count = std::min(std::min(count, left), room);
            for (int k = 0; k < count; k++) {
                bool want = random.below(4) != 0;
                batch.add(streams[i], at[i], texts[i].symbols[static_cast<size_t>(at[i])], want);
                if (want) {
                    wanted.push_back({i, at[i]});
                }
                at[i]++;
            }
        }
        if (batch.streams.empty()) {
            break;
        }
        same = batch.read(model) == CL_OK;
        for (size_t slot = 0; same && slot < wanted.size(); slot++) {
            same = sameRow(
                m, model, static_cast<int>(slot), texts[wanted[slot].first].rows[static_cast<size_t>(wanted[slot].second)]);
        }
    }
    for (cl_stream* stream : streams) {
        cl_stream_close(stream);
    }
    return same;
}

void agreement(const char* name, const plain::Model& m, const std::vector<int>& lengths) {
    std::vector<Expected> texts;
    uint64_t seed = 1;
    for (int length : lengths) {
        texts.push_back(expect(m, length, seed++));
    }
    for (const std::string& path : pathNames()) {
        for (int threads = 1; threads <= 3; threads++) {
            cl_model* model = plain::load(m, path.c_str(), threads);
            bool same = model != nullptr;
            for (int mostRows : {1, 5, 17, static_cast<int>(CL_ROWS_MAX)}) {
                same = same && mixedCallsAgree(m, model, texts, static_cast<uint64_t>(mostRows), mostRows);
            }
            if (same) {
                // The tiles of models that no cache holds.
                model->weights->bytes = codelength::kCachedWeights + 1;
                same = mixedCallsAgree(m, model, texts, 2, CL_ROWS_MAX);
            }
            claim(same, std::string(name) + ": " + path + " on " + std::to_string(threads) +
                            " threads gives the plain model's integers in calls of any mix");
            if (model != nullptr) {
                cl_model_free(model);
            }
        }
    }
}

// Models that share weights, at work at the same time, after the one that loaded them has gone.
void sharedWeights() {
    plain::Model m = plain::makeModel({32, 2, 4, 2, 16, 48, 64, 50, 300}, 15, 4);
    std::vector<Expected> texts;
    for (int length : {64, 40, 17, 3}) {
        texts.push_back(expect(m, length, static_cast<uint64_t>(length)));
    }
    for (const std::string& path : pathNames()) {
        cl_model* first = plain::load(m, path.c_str(), 2);
        cl_model* sharing[] = {cl_model_share(first, 1), cl_model_share(first, 1), cl_model_share(first, 2)};
        cl_model_free(first);
        bool same[3] = {};
        std::vector<std::thread> threads;
        for (size_t i = 0; i < 3; i++) {
            threads.emplace_back([&, i] {
                same[i] = sharing[i] != nullptr && mixedCallsAgree(m, sharing[i], texts, i, 17);
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        claim(same[0] && same[1] && same[2], path + ": models that share weights work at the same time");
        cl_stream* stream = cl_stream_open(sharing[0], 8);
        Batch batch;
        batch.add(stream, 0, 0, true);
        claim(batch.read(sharing[1]) == CL_BAD_ARGUMENT, path + ": a stream is its own model's, not of those it shares with");
        cl_stream_close(stream);
        for (cl_model* model : sharing) {
            cl_model_free(model);
        }
    }
    int32_t shape[9] = {32, 2, 4, 2, 16, 48, 64, 50, 300};
    cl_model* empty = cl_model_create("scalar", 1, shape, 1e-5, 1, m.exp2.data(), m.cosines.data(), m.sines.data());
    claim(cl_model_share(empty, 1) == nullptr, "a model without matrices is not shared");
    cl_model_free(empty);
}

void refusals() {
    plain::Model m = plain::makeModel({18, 2, 4, 2, 6, 22, 64, 50, 53}, 15, 3);
    cl_model* model = plain::load(m, "scalar", 1);
    cl_model* other = plain::load(m, "scalar", 1);
    cl_stream* stream = cl_stream_open(model, 8);
    auto one = [&](cl_stream* s, int position, int symbol) {
        Batch batch;
        batch.add(s, position, symbol, true);
        return batch.read(model);
    };
    claim(one(stream, 0, 0) == CL_OK, "a sound call is taken");
    claim(one(stream, 8, 0) == CL_BAD_ARGUMENT, "a position behind the window is refused");
    claim(one(stream, -1, 0) == CL_BAD_ARGUMENT, "a negative position is refused");
    claim(one(stream, 0, 50) == CL_BAD_ARGUMENT, "a symbol without an embedding is refused");
    claim(one(nullptr, 0, 0) == CL_BAD_ARGUMENT, "no stream is refused");
    cl_stream* foreign = cl_stream_open(other, 8);
    claim(one(foreign, 0, 0) == CL_BAD_ARGUMENT, "another model's stream is refused");
    Batch gap;
    gap.add(stream, 0, 0, false);
    gap.add(stream, 2, 0, false);
    claim(gap.read(model) == CL_BAD_ARGUMENT, "positions with a gap are refused");
    claim(cl_stream_open(model, 65) == nullptr, "a window beyond the context is refused");
    int32_t shape[9] = {18, 2, 4, 2, 6, 22, 64, 50, 53};
    claim(cl_model_create("none", 1, shape, 1e-5, 1, m.exp2.data(), m.cosines.data(), m.sines.data()) == nullptr, "an unknown path is refused");
    m.head.values[5] = -128;
    claim(plain::load(m, "scalar", 1) == nullptr, "a weight of -128 is refused");
    cl_stream_close(stream);
    cl_stream_close(foreign);
    cl_model_free(model);
    cl_model_free(other);
}

// Any exponentials, sums as large as the profile allows: a symbol is found where prefix sums say.
void symbolsAreFound() {
    plain::Random random{21};
    bool same = true;
    for (int round = 0; round < 60 && same; round++) {
        const int rows = round < 4 ? round + 1 : 1 + random.below(round % 2 == 0 ? 300 : 2000);
        std::vector<int32_t> firstRow = {0};
        while (firstRow.back() < rows) {
            firstRow.push_back(std::min(rows, firstRow.back() + (round % 3 == 0 ? 1 : random.below(4))));
        }
        if (round % 4 == 1) {
            firstRow.push_back(rows);
        }
        const int symbols = static_cast<int>(firstRow.size()) - 1;
        codelength::SymbolTable table;
        same = table.set(rows, symbols, firstRow.data(), coded::rowlessOf(firstRow).data());
        const int blocks = (rows + 127) / 128;
        std::vector<int32_t> e(static_cast<size_t>(blocks) * 128);
        for (int row = 0; row < rows; row++) {
            e[static_cast<size_t>(row)] = 1 << random.below(31);
        }
        std::vector<int64_t> sums = {0};
        for (int block = 0; block < blocks; block++) {
            int64_t sum = sums.back();
            for (int i = 0; i < 128; i++) {
                sum += e[static_cast<size_t>(block * 128 + i)];
            }
            sums.push_back(sum);
        }
        int64_t before = 0;
        for (int symbol = 0; symbol < symbols && same; symbol++) {
            int64_t frequency = firstRow[static_cast<size_t>(symbol)] == firstRow[static_cast<size_t>(symbol) + 1] ? 1 : 0;
            for (int row = firstRow[static_cast<size_t>(symbol)]; row < firstRow[static_cast<size_t>(symbol) + 1]; row++) {
                frequency += e[static_cast<size_t>(row)];
            }
            auto right = [&](const codelength::Interval& found) {
                return found.symbol == symbol && found.below == before && found.frequency == frequency;
            };
            same = right(codelength::intervalOf(table, e.data(), sums.data(), symbol)) &&
                   right(codelength::find(table, e.data(), sums.data(), before)) &&
                   right(codelength::find(table, e.data(), sums.data(), before + frequency / 2)) &&
                   right(codelength::find(table, e.data(), sums.data(), before + frequency - 1));
            before += frequency;
        }
        same = same && codelength::totalOf(table, sums.data()) == before;
    }
    claim(same, "symbols and intervals are found where prefix sums say");
}

void coders() {
    for (const std::string& path : pathNames()) {
        for (const coded::Case& each : coded::cases()) {
            claim(coded::agrees(each, path.c_str()), "coder, " + each.name + ": " + path + " gives the plain coder's bytes, symbols and errors");
        }
    }
    claim(coded::refuses("scalar"), "coder: what lies outside its arrays is refused");
}

void theTableIsTheProfiles() {
    uint64_t hash = 0xCBF29CE484222325ull;
    for (int32_t entry : plain::table()) {
        hash = (hash ^ static_cast<uint64_t>(entry)) * 0x100000001B3ull;
    }
    claim(hash == 0x8e74600f5a011b34ull, "the table of exponentials has the profile's hash");
}

}  // namespace

int main() {
    std::printf("paths here: %s\n", cl_paths());
    theTableIsTheProfiles();
    sharedWeights();
    refusals();
    symbolsAreFound();
    coders();
    agreement("odd sizes", plain::makeModel({18, 2, 4, 2, 6, 22, 64, 50, 53}, 15, 7), {64, 3, 40, 17, 1, 1, 64, 30});
    agreement("no grouping", plain::makeModel({64, 2, 3, 3, 16, 96, 200, 90, 700}, 8, 8), {200, 150, 9, 33});
    agreement("growing streams", plain::makeModel({18, 2, 4, 2, 6, 22, 800, 50, 53}, 15, 12), {800, 193, 385, 192});
    agreement("groups of three", plain::makeModel({96, 1, 9, 3, 32, 1600, 130, 70, 129}, 15, 9), {130, 64, 100, 5});
    agreement("extreme weights", plain::makeModel({130, 2, 2, 1, 64, 1100, 80, 40, 260}, 15, 10, plain::Weights::kExtreme),
              {80, 20, 31});
    agreement("many streams", plain::makeModel({32, 1, 2, 1, 16, 48, 12, 33, 100}, 15, 11), std::vector<int>(130, 12));
    mixing_tests::run(claim);
    if (failures > 0) {
        std::printf("%d claims do not hold\n", failures);
        return 1;
    }
    std::printf("all claims hold\n");
    return 0;
}
