// The CUDA library's bodies on this processor against the plain model and a plain coder, bit for bit: every phase with its
// threads in ascending and in descending order. No GPU is used. Prints each claim and stops with 1 if one does not hold.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "../../test/coded.h"
#include "../../test/plain.h"
#include "../cuda.cu"

namespace {

int failures = 0;

void claim(bool holds, const std::string& what) {
    std::printf("%s  %s\n", holds ? "ok    " : "FAILED", what.c_str());
    failures += holds ? 0 : 1;
}

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
    int rows() const { return static_cast<int>(streams.size()); }
    int read(cl_model* m) { return cl_read(m, rows(), streams.data(), positions.data(), symbols.data(), wanted.data()); }
    int advance(cl_model* m) {
        return cl_cuda_advance(m, rows(), streams.data(), positions.data(), symbols.data(), wanted.data());
    }
};

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

bool sameRow(cl_model* model, int slot, const std::vector<int32_t>& expected) {
    int stride = cl_exponential_stride(model);
    int blocks = cl_blocks(model);
    const int32_t* e = cl_exponentials(model) + static_cast<size_t>(slot) * static_cast<size_t>(stride);
    const int64_t* sums = cl_sums(model) + static_cast<size_t>(slot) * static_cast<size_t>(blocks + 1);
    int64_t sum = 0;
    for (int i = 0; i < stride; i++) {
        int32_t right = i < static_cast<int>(expected.size()) ? expected[static_cast<size_t>(i)] : 0;
        if (e[i] != right || (i % 128 == 0 && sums[i / 128] != sum)) {
            return false;
        }
        sum += e[i];
    }
    return sums[blocks] == sum;
}

// Streams of different lengths in calls of any mix: some read several symbols, some one.
bool mixedCallsAgree(cl_model* model, const std::vector<Expected>& texts, uint64_t seed, int mostRows) {
    plain::Random random{seed};
    std::vector<cl_stream*> streams;
    std::vector<int> at(texts.size(), 0);
    for (const Expected& text : texts) {
        streams.push_back(cl_stream_open(model, static_cast<int>(text.symbols.size())));
    }
    bool same = true;
    size_t compared = 0;
    while (same) {
        Batch batch;
        std::vector<const std::vector<int32_t>*> wanted;
        for (size_t i = 0; i < texts.size(); i++) {
            int count = random.below(3) == 0 ? 1 + random.below(40) : 1;
            count = std::min({count, static_cast<int>(texts[i].symbols.size()) - at[i], mostRows - batch.rows()});
            for (int k = 0; k < count; k++, at[i]++) {
                bool want = random.below(4) != 0;
                batch.add(streams[i], at[i], texts[i].symbols[static_cast<size_t>(at[i])], want);
                if (want) {
                    wanted.push_back(&texts[i].rows[static_cast<size_t>(at[i])]);
                }
            }
        }
        if (batch.streams.empty()) {
            break;
        }
        same = batch.read(model) == CL_OK;
        for (size_t slot = 0; same && slot < wanted.size(); slot++, compared++) {
            same = sameRow(model, static_cast<int>(slot), *wanted[slot]);
        }
    }
    for (cl_stream* stream : streams) {
        cl_stream_close(stream);
    }
    return same && compared > 0;
}

void agreement(const char* name, const plain::Model& m, const std::vector<int>& lengths) {
    std::vector<Expected> texts;
    uint64_t seed = 1;
    for (int length : lengths) {
        texts.push_back(expect(m, length, seed++));
    }
    cl_model* model = plain::load(m, "cuda", 1);
    for (bool descending : {false, true}) {
        emulated::descending = descending;
        bool same = model != nullptr;
        for (int mostRows : {1, 5, 17, static_cast<int>(CL_ROWS_MAX)}) {
            same = same && mixedCallsAgree(model, texts, static_cast<uint64_t>(mostRows), mostRows);
        }
        claim(same, std::string(name) + ": the plain model's integers in calls of any mix, threads " +
                        (descending ? "descending" : "ascending"));
    }
    emulated::descending = false;
    cl_model_free(model);
}

// Encodes texts with the batched coder, compares with the plain one, decodes step by step as a reader would.
void coder(const char* name, const plain::Model& m, const std::vector<int32_t>& firstRow, const std::vector<int>& lengths) {
    const int symbols = static_cast<int>(firstRow.size()) - 1;
    std::vector<int32_t> rowless = {0};
    for (int i = 0; i < symbols; i++) {
        rowless.push_back(rowless.back() + (firstRow[static_cast<size_t>(i)] == firstRow[static_cast<size_t>(i) + 1]));
    }
    cl_model* model = plain::load(m, "cuda", 1);
    claim(cl_symbols(model, symbols, firstRow.data(), rowless.data()) == CL_OK, std::string(name) + ": symbols are taken");
    const size_t count = lengths.size();
    for (bool descending : {false, true}) {
        emulated::descending = descending;
        plain::Random random{5};
        std::vector<std::vector<int>> texts(count);
        std::vector<cl_stream*> streams(count);
        std::vector<cl_coder*> coders(count);
        std::vector<plain::Encoder> expected(count);
        for (size_t i = 0; i < count; i++) {
            for (int k = 0; k < lengths[i]; k++) {
                texts[i].push_back(random.below(4) == 0 ? symbols - 1 : random.below(symbols));
            }
            streams[i] = cl_stream_open(model, lengths[i] + 1);
            coders[i] = cl_cuda_encoder(16 + 8 * lengths[i]);
        }
        std::vector<plain::Stream> plainStreams(count, plain::Stream(m));
        bool sound = true;
        const int longest = *std::max_element(lengths.begin(), lengths.end());
        auto fed = [&](int symbol) { return symbol % m.symbols; };
        for (int step = 0; step < longest; step++) {
            Batch batch;
            std::vector<cl_coder*> active;
            std::vector<int32_t> slots, coded;
            for (size_t i = 0; i < count; i++) {
                if (step < lengths[i]) {
                    int before = step == 0 ? 0 : fed(texts[i][static_cast<size_t>(step - 1)]);
                    int symbol = texts[i][static_cast<size_t>(step)];
                    slots.push_back(batch.rows());
                    batch.add(streams[i], step, before, true);
                    active.push_back(coders[i]);
                    coded.push_back(symbol);
                    std::vector<int32_t> e = plain::read(m, plainStreams[i], before);
                    uint64_t from = 0, frequency = 0, total = 0;
                    for (int s = 0; s < symbols; s++) {
                        uint64_t f = 0;
                        for (int r = firstRow[static_cast<size_t>(s)]; r < firstRow[static_cast<size_t>(s) + 1]; r++) {
                            f += static_cast<uint64_t>(e[static_cast<size_t>(r)]);
                        }
                        f = f == 0 ? 1 : f;
                        from += s < symbol ? f : 0;
                        frequency = s == symbol ? f : frequency;
                        total += f;
                    }
                    expected[i].encode(from, frequency, total);
                }
            }
            sound = sound && batch.advance(model) == CL_OK &&
                    cl_cuda_encode(model, batch.rows(), active.data(), slots.data(), coded.data()) == CL_OK;
        }
        std::vector<std::vector<uint8_t>> payloads(count);
        bool same = sound;
        for (size_t i = 0; i < count; i++) {
            std::vector<uint8_t> payload(static_cast<size_t>(16 + 8 * lengths[i]));
            int64_t bytes = cl_cuda_finish(coders[i], payload.data(), static_cast<int64_t>(payload.size()));
            same = same && bytes >= 0;
            payload.resize(static_cast<size_t>(std::max<int64_t>(bytes, 0)));
            same = same && payload == expected[i].finish();
            payloads[i] = payload;
            cl_cuda_coder_close(coders[i]);
        }
        std::string order = descending ? ", threads descending" : ", threads ascending";
        claim(same, std::string(name) + ": the plain coder's bytes" + order);

        bool decoded = true;
        for (size_t i = 0; i < count; i++) {
            coders[i] = cl_cuda_decoder(payloads[i].data(), static_cast<int64_t>(payloads[i].size()));
        }
        std::vector<std::vector<int>> found(count);
        for (int step = 0; step < longest && decoded; step++) {
            Batch batch;
            std::vector<cl_coder*> active;
            std::vector<int32_t> slots, symbolsOut;
            std::vector<size_t> which;
            for (size_t i = 0; i < count; i++) {
                if (step < lengths[i]) {
                    slots.push_back(batch.rows());
                    batch.add(streams[i], step, step == 0 ? 0 : fed(found[i].back()), true);
                    active.push_back(coders[i]);
                    which.push_back(i);
                }
            }
            symbolsOut.resize(which.size());
            decoded = batch.advance(model) == CL_OK &&
                      cl_cuda_decode(model, batch.rows(), active.data(), slots.data(), symbolsOut.data()) == CL_OK;
            for (size_t k = 0; k < which.size(); k++) {
                found[which[k]].push_back(symbolsOut[k]);
            }
        }
        decoded = decoded && found == texts;
        for (size_t i = 0; i < count; i++) {
            decoded = decoded && cl_cuda_end(coders[i]) == CL_OK;
            cl_cuda_coder_close(coders[i]);
        }
        claim(decoded, std::string(name) + ": decoding gives the symbols back and ends where the payload does" + order);

        // A payload cut to nothing ends too early, and says so, after at most 8 + 8 bytes of zeros.
        cl_coder* cut = cl_cuda_decoder(nullptr, 0);
        int code = CL_OK;
        for (int step = 0; step < 400 && code == CL_OK; step++) {
            int32_t slot = 0, symbol = 0;
            Batch batch;
            batch.add(streams[0], 0, 0, true);
            batch.advance(model);
            code = cl_cuda_decode(model, 1, &cut, &slot, &symbol);
        }
        claim(code == CL_DAMAGED && cl_cuda_end(cut) == CL_DAMAGED, std::string(name) + ": a cut payload is found out" + order);
        cl_cuda_coder_close(cut);
        for (cl_stream* stream : streams) {
            cl_stream_close(stream);
        }
    }
    emulated::descending = false;
    cl_model_free(model);
}

void refusals() {
    plain::Model m = plain::makeModel({18, 2, 4, 2, 6, 22, 64, 50, 53}, 15, 3);
    cl_model* model = plain::load(m, "cuda", 1);
    cl_model* other = plain::load(m, "cuda", 1);
    cl_stream* stream = cl_stream_open(model, 8);
    cl_stream* foreign = cl_stream_open(other, 8);
    auto one = [&](cl_stream* s, int position, int symbol) {
        Batch batch;
        batch.add(s, position, symbol, true);
        return batch.read(model);
    };
    claim(one(stream, 0, 0) == CL_OK, "a sound call is taken");
    claim(one(stream, 8, 0) == CL_BAD_ARGUMENT, "a position behind the window is refused");
    claim(one(stream, 0, 50) == CL_BAD_ARGUMENT, "a symbol without an embedding is refused");
    claim(one(foreign, 0, 0) == CL_BAD_ARGUMENT, "another model's stream is refused");
    claim(cl_stream_open(model, 65) == nullptr, "a window beyond the context is refused");
    cl_coder* encoder = cl_cuda_encoder(0);
    int32_t slot = 0, symbol = 0;
    claim(cl_cuda_encode(model, 1, &encoder, &slot, &symbol) == CL_BAD_ARGUMENT, "coding before the symbols are known is refused");
    int32_t rowless[54] = {}, firstRow[54] = {};
    for (int i = 0; i <= 53; i++) {
        firstRow[i] = i;
    }
    claim(cl_symbols(model, 52, firstRow, rowless) == CL_BAD_ARGUMENT, "symbols that do not cover the head are refused");
    claim(cl_symbols(model, 53, firstRow, rowless) == CL_OK && one(stream, 0, 0) == CL_OK, "right symbols are taken");
    cl_coder* twice[2] = {encoder, encoder};
    int32_t slots[2] = {0, 0}, symbols[2] = {0, 0};
    claim(cl_cuda_encode(model, 2, twice, slots, symbols) == CL_BAD_ARGUMENT, "one coder twice in a call is refused");
    slot = 1;
    claim(cl_cuda_encode(model, 1, &encoder, &slot, &symbol) == CL_BAD_ARGUMENT, "a slot without a row is refused");
    slot = 0;
    for (int i = 0; i < 40; i++) {
        cl_cuda_encode(model, 1, &encoder, &slot, &symbol);
    }
    uint8_t payload[8];
    claim(cl_cuda_finish(encoder, payload, 8) == -1, "an encoder without room says so");
    cl_cuda_coder_close(encoder);
    cl_stream_close(stream);
    cl_stream_close(foreign);
    m.head.values[5] = -128;
    claim(plain::load(m, "cuda", 1) == nullptr, "a weight of -128 is refused");
    cl_model_free(model);
    cl_model_free(other);
}

}  // namespace

int main() {
    refusals();
    agreement("odd sizes", plain::makeModel({18, 2, 4, 2, 6, 22, 64, 50, 53}, 15, 7), {64, 3, 40, 17, 1, 1, 64, 30});
    agreement("no grouping", plain::makeModel({64, 2, 3, 3, 16, 96, 200, 90, 700}, 8, 8), {200, 150, 9, 33});
    agreement("groups of three", plain::makeModel({96, 1, 9, 3, 32, 800, 130, 70, 129}, 15, 9), {130, 64, 5});
    agreement("wide heads", plain::makeModel({130, 1, 2, 1, 160, 300, 30, 40, 260}, 15, 12), {30, 11});
    agreement("extreme weights", plain::makeModel({130, 2, 2, 1, 64, 1100, 80, 40, 260}, 15, 10, plain::Weights::kExtreme),
              {80, 20, 31});
    for (bool descending : {false, true}) {
        emulated::descending = descending;
        const std::string order = descending ? ", threads descending" : ", threads ascending";
        for (const coded::Case& each : coded::cases()) {
            claim(coded::agrees(each, "cuda"), "cl_read_coded, " + each.name + ": the plain coder's bytes, symbols and errors" + order);
        }
    }
    emulated::descending = false;
    claim(coded::refuses("cuda"), "cl_read_coded: what lies outside its arrays is refused");
    std::vector<int32_t> each;
    for (int i = 0; i <= 700; i++) {
        each.push_back(i);
    }
    coder("a row each", plain::makeModel({32, 1, 2, 1, 16, 48, 70, 33, 700}, 8, 11), each, {60, 1, 33, 2, 60, 47, 9});
    // 260 symbols on 257 rows: some share rows' neighbours, some have none.
    std::vector<int32_t> mixed = {0};
    plain::Random random{77};
    while (mixed.size() < 260) {
        mixed.push_back(std::min(257, mixed.back() + random.below(3)));
    }
    mixed.push_back(257);
    coder("classes and symbols without rows", plain::makeModel({18, 2, 4, 2, 6, 22, 64, 50, 257}, 15, 13), mixed, {40, 3, 64 - 1, 17});
    std::printf("%s\n", failures == 0 ? "all claims hold" : "claims do not hold");
    return failures == 0 ? 0 : 1;
}
