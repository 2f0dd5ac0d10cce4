// The host's side: memory, order of launches, checks. Compiled by nvcc for GPUs, and as C++ for tests, where the same
// launches run on this processor (device.h).
#include "codelength_cuda.h"

#include <initializer_list>
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "../sequences.h"
#include "coder.h"

namespace codelength {

// Device memory.
template <typename T>
class Memory {
public:
    Memory() = default;
    explicit Memory(size_t count) : data_(static_cast<T*>(deviceAllocate((count + 1) * sizeof(T)))) {
        if (data_ == nullptr) {
            throw std::bad_alloc();
        }
    }
    Memory(const T* from, size_t count) : Memory(count) {
        if (!toDevice(data_, from, count * sizeof(T))) {
            deviceFree(data_);
            throw std::bad_alloc();
        }
    }
    Memory(Memory&& other) noexcept : data_(other.data_) { other.data_ = nullptr; }
    Memory& operator=(Memory&& other) noexcept {
        std::swap(data_, other.data_);
        return *this;
    }
    ~Memory() {
        if (data_ != nullptr) {
            deviceFree(data_);
        }
    }
    T* data() const { return data_; }

private:
    T* data_ = nullptr;
};

struct Weights {
    Memory<int32_t> words;
    Memory<float> scales;
    Matrix matrix = {nullptr, nullptr, 0, 0, 0};
};

inline bool within(int64_t value, int64_t least, int64_t most) {
    return value >= least && value <= most;
}

inline int32_t okOr(bool ok, int32_t otherwise) {
    return ok ? static_cast<int32_t>(CL_OK) : otherwise;
}

inline int blocksOf(int count, int size) {
    return (count + size - 1) / size;
}

}  // namespace codelength

using namespace codelength;

struct cl_model {
    int hidden, layers, heads, keyValueHeads, d, feedForward, positions, embeddingRows, headRows;
    double epsilon;
    float scoreScale;
    Memory<int32_t> exp2;
    Memory<float> cosines, sines;
    Memory<int8_t> embedding;
    Memory<float> embeddingScales;
    bool embedded = false;
    std::vector<Weights> weights;  // [layers, kinds]; the head's is the first layer's

    // Of a pass.
    int headStride, headBlocks, wanted = 0;
    Memory<Row> rows;
    Memory<int32_t> map;
    Memory<float> residual, query, key, value, attended, gate, up, queryScales, scores, logits;
    Memory<int32_t> activationWords, queryWords, exponentials;
    Memory<float> activationScales;
    Memory<int64_t> sums;
    int activationStride;
    std::vector<int32_t> hostExponentials;
    std::vector<int64_t> hostSums;

    int symbols = 0;
    Memory<int32_t> firstRow, rowless;
    Memory<Task> tasks;
    Memory<cl_coding> coding;
    cl_coding hostCoding = {};

    Weights& at(int layer, int kind) { return weights[static_cast<size_t>(layer) * CL_KINDS + static_cast<size_t>(kind)]; }

    void quantised(const float* in, int rowCount, const Matrix& m, bool norm, const int32_t* from) {
        Activations out = {activationWords.data(), activationScales.data(), activationStride};
        LAUNCH(quantise, rowCount, 1, in, m.columns, m.bits, norm ? 1 : 0, epsilon, from, out);
    }
    void multiply(const Matrix& m, int rowCount, bool add, float* out, int outStride) {
        Activations in = {activationWords.data(), activationScales.data(), activationStride};
        LAUNCH(
            product, blocksOf(m.rows, kThreads), blocksOf(rowCount, kProductRows), m, in, rowCount, add ? 1 : 0, out,
            outStride);
    }
    // Several matrices of one input: quantised once for neighbours of the same width.
    void linear(
        const float* in, int rowCount, bool norm, std::initializer_list<std::pair<const Matrix*, float*>> outputs) {
        int bits = 0;
        for (const auto& output : outputs) {
            if (output.first->bits != bits) {
                bits = output.first->bits;
                quantised(in, rowCount, *output.first, norm, nullptr);
            }
            multiply(*output.first, rowCount, false, output.second, output.first->rows);
        }
    }
    void addLinear(const float* in, int rowCount, const Matrix& m) {
        quantised(in, rowCount, m, false, nullptr);
        multiply(m, rowCount, true, residual.data(), hidden);
    }

    void pass(int count) {
        LAUNCH(
            embed, blocksOf(hidden, kThreads), count, rows.data(), embedding.data(), embeddingScales.data(), hidden,
            residual.data());
        for (int layer = 0; layer < layers; layer++) {
            linear(
                residual.data(), count, true,
                {{&at(layer, CL_QUERY).matrix, query.data()},
                 {&at(layer, CL_KEY).matrix, key.data()},
                 {&at(layer, CL_VALUE).matrix, value.data()}});
            LAUNCH(
                store, heads + 2 * keyValueHeads, count, rows.data(), layer, heads, keyValueHeads, d, query.data(),
                key.data(), value.data(), cosines.data(), sines.data(), queryWords.data(), queryScales.data());
            LAUNCH(
                attend, heads, count, rows.data(), layer, heads, keyValueHeads, d, positions, scoreScale, exp2.data(),
                queryWords.data(), queryScales.data(), scores.data(), attended.data());
            addLinear(attended.data(), count, at(layer, CL_OUTPUT).matrix);
            linear(
                residual.data(), count, true,
                {{&at(layer, CL_GATE).matrix, gate.data()}, {&at(layer, CL_UP).matrix, up.data()}});
            LAUNCH(activate, blocksOf(count * feedForward, kThreads), 1, exp2.data(), gate.data(), up.data(),
                   count * feedForward);
            addLinear(gate.data(), count, at(layer, CL_DOWN).matrix);
        }
        if (wanted > 0) {
            const Matrix& head = at(0, CL_HEAD).matrix;
            quantised(residual.data(), wanted, head, true, map.data());
            multiply(head, wanted, false, logits.data(), headStride);
            LAUNCH(exponentiate, wanted, 1, exp2.data(), logits.data(), headRows, headStride, exponentials.data(), sums.data());
        }
    }

    bool complete() {
        for (int layer = 0; layer < layers; layer++) {
            for (int kind = CL_QUERY; kind <= (layer == 0 ? CL_HEAD : CL_DOWN); kind++) {
                if (at(layer, kind).matrix.rows == 0) {
                    return false;
                }
            }
        }
        return embedded;
    }
};

struct cl_stream {
    cl_model* owner;
    int window;
    Memory<uint8_t> cache;
};

struct cl_coder {
    Memory<uint8_t> bytes;
    Memory<Coder> state;
    bool decodes;
};

int32_t cl_abi(void) {
    return CL_ABI;
}

const char* cl_paths(void) {
    return deviceThere() ? "cuda" : "";
}

cl_model* cl_model_create(
    const char* path, int32_t threads, const int32_t* shape, double norm_epsilon, float score_scale, const int32_t* exp2,
    const float* cosines, const float* sines) {
    static_cast<void>(threads);
    bool sound = strcmp(path, "cuda") == 0 && within(shape[0], 1, 16384) && within(shape[1], 1, 1024) &&
                 within(shape[2], 1, 65536) && within(shape[3], 1, shape[2]) && shape[2] % shape[3] == 0 &&
                 within(shape[4], 2, kHeadMax) && shape[4] % 2 == 0 &&
                 static_cast<int64_t>(shape[2]) * shape[4] <= 65536 && within(shape[5], 1, 65536) &&
                 within(shape[6], 1, 65536) && shape[7] >= 1 && within(shape[8], 1, (1 << 18) - 1);
    if (!sound || !deviceThere()) {
        return nullptr;
    }
    try {
        std::unique_ptr<cl_model> m(new cl_model());
        m->hidden = shape[0];
        m->layers = shape[1];
        m->heads = shape[2];
        m->keyValueHeads = shape[3];
        m->d = shape[4];
        m->feedForward = shape[5];
        m->positions = shape[6];
        m->embeddingRows = shape[7];
        m->headRows = shape[8];
        m->epsilon = norm_epsilon;
        m->scoreScale = score_scale;
        size_t angles = static_cast<size_t>(m->positions) * static_cast<size_t>(m->d / 2);
        m->exp2 = Memory<int32_t>(exp2, profile1::kEntries);
        m->cosines = Memory<float>(cosines, angles);
        m->sines = Memory<float>(sines, angles);
        m->weights.resize(static_cast<size_t>(m->layers) * CL_KINDS);
        m->headBlocks = blocksOf(m->headRows, profile1::kFrequencyBlock);
        m->headStride = m->headBlocks * profile1::kFrequencyBlock;
        int a = m->heads * m->d;
        int widest = m->hidden > m->feedForward ? m->hidden : m->feedForward;
        m->activationStride = ((widest > a ? widest : a) + 3) / 4;
        size_t n = CL_ROWS_MAX;
        auto floats = [n](int width) { return Memory<float>(n * static_cast<size_t>(width)); };
        m->rows = Memory<Row>(n);
        m->map = Memory<int32_t>(n);
        m->tasks = Memory<Task>(n);
        m->coding = Memory<cl_coding>(1);
        m->residual = floats(m->hidden);
        m->query = floats(a);
        m->key = floats(m->keyValueHeads * m->d);
        m->value = floats(m->keyValueHeads * m->d);
        m->attended = floats(a);
        m->gate = floats(m->feedForward);
        m->up = floats(m->feedForward);
        m->queryScales = floats(m->heads);
        m->scores = Memory<float>(n * static_cast<size_t>(m->heads) * static_cast<size_t>(m->positions));
        m->logits = floats(m->headStride);
        m->activationWords = Memory<int32_t>(n * 2 * static_cast<size_t>(m->activationStride));
        m->activationScales = floats(1);
        m->queryWords = Memory<int32_t>(n * static_cast<size_t>(m->heads) * static_cast<size_t>((m->d + 3) / 4));
        m->exponentials = Memory<int32_t>(n * static_cast<size_t>(m->headStride));
        m->sums = Memory<int64_t>(n * static_cast<size_t>(m->headBlocks + 1));
        m->hostExponentials.resize(n * static_cast<size_t>(m->headStride));
        m->hostSums.resize(n * static_cast<size_t>(m->headBlocks + 1));
        return m.release();
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

int32_t cl_model_matrix(
    cl_model* model, int32_t kind, int32_t layer, int32_t rows, int32_t columns, const int8_t* values, const float* scales,
    int32_t bits) {
    if (!within(kind, 0, CL_KINDS - 1) || !within(layer, 0, model->layers - 1) || (bits != 8 && bits != 15)) {
        return CL_BAD_ARGUMENT;
    }
    const int h = model->hidden, a = model->heads * model->d, kv = model->keyValueHeads * model->d, f = model->feedForward;
    const int expected[CL_KINDS][2] = {{model->embeddingRows, h}, {a, h}, {kv, h}, {kv, h}, {h, a}, {f, h}, {f, h}, {h, f},
                                       {model->headRows, h}};
    if (rows != expected[kind][0] || columns != expected[kind][1]) {
        return CL_BAD_ARGUMENT;
    }
    try {
        const size_t count = static_cast<size_t>(rows) * static_cast<size_t>(columns);
        if (kind == CL_EMBEDDING) {
            model->embedding = Memory<int8_t>(values, count);
            model->embeddingScales = Memory<float>(scales, static_cast<size_t>(rows));
            model->embedded = true;
            return CL_OK;
        }
        const size_t stride = static_cast<size_t>(blocksOf(rows, kThreads)) * kThreads;
        std::vector<int8_t> bytes(stride * static_cast<size_t>((columns + 3) / 4) * 4);
        for (size_t row = 0; row < static_cast<size_t>(rows); row++) {
            for (size_t column = 0; column < static_cast<size_t>(columns); column++) {
                int8_t w = values[row * static_cast<size_t>(columns) + column];
                if (w == -128) {
                    return CL_BAD_ARGUMENT;
                }
                bytes[(column / 4 * stride + row) * 4 + column % 4] = w;
            }
        }
        std::vector<int32_t> words(bytes.size() / 4);
        memcpy(words.data(), bytes.data(), bytes.size());
        Weights& target = model->at(layer, kind);
        target.words = Memory<int32_t>(words.data(), words.size());
        target.scales = Memory<float>(scales, static_cast<size_t>(rows));
        target.matrix = {target.words.data(), target.scales.data(), rows, columns, bits};
        return CL_OK;
    } catch (const std::bad_alloc&) {
        return CL_NO_MEMORY;
    }
}

void cl_model_free(cl_model* model) {
    delete model;
}

int64_t cl_stream_bytes(const cl_model* model, int32_t window) {
    return static_cast<int64_t>(Cache(window, model->d).bytes) * model->layers * model->keyValueHeads;
}

cl_stream* cl_stream_open(cl_model* model, int32_t window) {
    if (!within(window, 1, model->positions)) {
        return nullptr;
    }
    try {
        return new cl_stream{model, window, Memory<uint8_t>(static_cast<size_t>(cl_stream_bytes(model, window)))};
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void cl_stream_close(cl_stream* stream) {
    delete stream;
}

int32_t cl_cuda_advance(
    cl_model* model, int32_t rows, cl_stream* const* streams, const int32_t* positions, const int32_t* symbols,
    const uint8_t* wanted) {
    if (!within(rows, 1, CL_ROWS_MAX) || !model->complete()) {
        return CL_BAD_ARGUMENT;
    }
    Row host[CL_ROWS_MAX];
    int32_t map[CL_ROWS_MAX] = {};
    int count = 0;
    for (int row = 0; row < rows; row++) {
        if (streams[row] == nullptr || streams[row]->owner != model ||
            !within(positions[row], 0, streams[row]->window - 1) || !within(symbols[row], 0, model->embeddingRows - 1) ||
            (row > 0 && streams[row] == streams[row - 1] && positions[row] != positions[row - 1] + 1)) {
            return CL_BAD_ARGUMENT;
        }
        host[row] = {streams[row]->cache.data(), streams[row]->window, positions[row], symbols[row], 0};
        if (wanted[row] != 0) {
            map[count++] = row;
        }
    }
    model->wanted = count;
    if (!toDevice(model->rows.data(), host, sizeof(Row) * static_cast<size_t>(rows)) ||
        !toDevice(model->map.data(), map, sizeof map)) {
        return CL_DEVICE;
    }
    model->pass(rows);
    return okOr(launched(), CL_DEVICE);
}

static int32_t rowsToHost(cl_model* model) {
    size_t count = static_cast<size_t>(model->wanted);
    bool copied =
        fromDevice(
            model->hostExponentials.data(), model->exponentials.data(),
            count * static_cast<size_t>(model->headStride) * sizeof(int32_t)) &&
        fromDevice(
            model->hostSums.data(), model->sums.data(), count * static_cast<size_t>(model->headBlocks + 1) * sizeof(int64_t));
    return okOr(copied, CL_DEVICE);
}

int32_t cl_read(
    cl_model* model, int32_t rows, cl_stream* const* streams, const int32_t* positions, const int32_t* symbols,
    const uint8_t* wanted) {
    int32_t code = cl_cuda_advance(model, rows, streams, positions, symbols, wanted);
    return code != CL_OK ? code : rowsToHost(model);
}

int32_t* cl_exponentials(cl_model* model) {
    return model->hostExponentials.data();
}

int32_t cl_exponential_stride(const cl_model* model) {
    return model->headStride;
}

int64_t* cl_sums(cl_model* model) {
    return model->hostSums.data();
}

int32_t cl_blocks(const cl_model* model) {
    return model->headBlocks;
}

// --- the coder

int32_t cl_symbols(cl_model* model, int32_t symbols, const int32_t* first_row, const int32_t* rowless) {
    if (!within(symbols, 1, (1 << 18) - 1) || first_row[0] != 0 || rowless[0] != 0 ||
        first_row[symbols] != model->headRows) {
        return CL_BAD_ARGUMENT;
    }
    for (int i = 0; i < symbols; i++) {
        int none = first_row[i + 1] == first_row[i] ? 1 : 0;
        if (first_row[i + 1] < first_row[i] || rowless[i + 1] != rowless[i] + none) {
            return CL_BAD_ARGUMENT;
        }
    }
    try {
        model->firstRow = Memory<int32_t>(first_row, static_cast<size_t>(symbols) + 1);
        model->rowless = Memory<int32_t>(rowless, static_cast<size_t>(symbols) + 1);
        model->symbols = symbols;
        return CL_OK;
    } catch (const std::bad_alloc&) {
        return CL_NO_MEMORY;
    }
}

cl_coding* cl_coding_of(cl_model* model) {
    return &model->hostCoding;
}

int32_t cl_read_coded(
    cl_model* model, int32_t rows, cl_stream* const* streams, const int32_t* positions, const int32_t* symbols,
    const uint8_t* wanted) {
    int32_t slots = 0;
    for (int row = 0; within(rows, 1, CL_ROWS_MAX) && row < rows; row++) {
        slots += wanted[row] != 0 ? 1 : 0;
    }
    if (!sound(model->hostCoding, slots, model->symbols)) {
        return CL_BAD_ARGUMENT;
    }
    int32_t code = cl_cuda_advance(model, rows, streams, positions, symbols, wanted);
    if (code != CL_OK) {
        return code;
    }
    if (!toDevice(model->coding.data(), &model->hostCoding, sizeof(cl_coding))) {
        return CL_DEVICE;
    }
    Symbols table = {model->firstRow.data(), model->rowless.data(), model->symbols};
    LAUNCH(
        codeRows, CL_ROWS_MAX, 1, model->coding.data(), slots, table, model->exponentials.data(), model->sums.data(),
        model->headStride);
    if (!launched() || !fromDevice(&model->hostCoding, model->coding.data(), sizeof(cl_coding))) {
        return CL_DEVICE;
    }
    // A row is megabytes to copy and seldom asked for.
    for (int slot = 0; slot < slots; slot++) {
        const int32_t use = model->hostCoding.use[slot];
        if (use == CL_ROW || (use >= 0 && model->hostCoding.symbol[slot] < 0)) {
            return rowsToHost(model);
        }
    }
    return CL_OK;
}

// On the host: what is already known when symbols are encoded needs no device.
int32_t cl_encode(
    int32_t sequences, const int32_t* ends, const int64_t* below, const int64_t* frequency, const int64_t* total,
    uint8_t* payload, int64_t capacity, int64_t* payload_ends) {
    return encodeSequences(sequences, ends, below, frequency, total, payload, capacity, payload_ends);
}

static cl_coder* openCoder(const uint8_t* payload, int64_t bytes, bool decodes) {
    if (bytes < 0) {
        return nullptr;
    }
    try {
        Memory<uint8_t> memory =
            decodes ? Memory<uint8_t>(payload, static_cast<size_t>(bytes)) : Memory<uint8_t>(static_cast<size_t>(bytes));
        std::unique_ptr<cl_coder> coder(new cl_coder{std::move(memory), Memory<Coder>(1), decodes});
        LAUNCH(beginCoder, 1, 1, coder->state.data(), coder->bytes.data(), bytes, decodes ? 1 : 0);
        return launched() ? coder.release() : nullptr;
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

cl_coder* cl_cuda_encoder(int64_t capacity) {
    return openCoder(nullptr, capacity, false);
}

cl_coder* cl_cuda_decoder(const uint8_t* payload, int64_t bytes) {
    return openCoder(payload, bytes, true);
}

void cl_cuda_coder_close(cl_coder* coder) {
    delete coder;
}

static int32_t prepare(
    cl_model* model, int32_t count, cl_coder* const* coders, const int32_t* slots, const int32_t* symbols, Task* tasks) {
    if (!within(count, 1, CL_ROWS_MAX) || model->symbols == 0) {
        return CL_BAD_ARGUMENT;
    }
    for (int i = 0; i < count; i++) {
        bool decodes = symbols == nullptr;
        if (coders[i] == nullptr || coders[i]->decodes != decodes || !within(slots[i], 0, model->wanted - 1) ||
            (!decodes && !within(symbols[i], 0, model->symbols - 1))) {
            return CL_BAD_ARGUMENT;
        }
        for (int other = 0; other < i; other++) {
            if (coders[other] == coders[i]) {
                return CL_BAD_ARGUMENT;
            }
        }
        tasks[i] = {coders[i]->state.data(), slots[i], decodes ? -1 : symbols[i]};
    }
    return okOr(toDevice(model->tasks.data(), tasks, sizeof(Task) * static_cast<size_t>(count)), CL_DEVICE);
}

int32_t cl_cuda_encode(
    cl_model* model, int32_t count, cl_coder* const* coders, const int32_t* slots, const int32_t* symbols) {
    Task tasks[CL_ROWS_MAX];
    if (symbols == nullptr) {
        return CL_BAD_ARGUMENT;
    }
    int32_t code = prepare(model, count, coders, slots, symbols, tasks);
    if (code != CL_OK) {
        return code;
    }
    Symbols table = {model->firstRow.data(), model->rowless.data(), model->symbols};
    LAUNCH(
        encodeSymbols, count, 1, model->tasks.data(), table, model->exponentials.data(), model->sums.data(),
        model->headStride);
    return okOr(launched(), CL_DEVICE);
}

int32_t cl_cuda_decode(cl_model* model, int32_t count, cl_coder* const* coders, const int32_t* slots, int32_t* symbols) {
    Task tasks[CL_ROWS_MAX];
    int32_t code = prepare(model, count, coders, slots, nullptr, tasks);
    if (code != CL_OK) {
        return code;
    }
    Symbols table = {model->firstRow.data(), model->rowless.data(), model->symbols};
    LAUNCH(
        decodeSymbols, count, 1, model->tasks.data(), table, model->exponentials.data(), model->sums.data(),
        model->headStride);
    if (!launched() || !fromDevice(tasks, model->tasks.data(), sizeof(Task) * static_cast<uint32_t>(count))) {
        return CL_DEVICE;
    }
    for (int i = 0; i < count; i++) {
        symbols[i] = tasks[i].symbol;
        code = symbols[i] < 0 ? static_cast<int32_t>(CL_DAMAGED) : code;
    }
    return code;
}

int64_t cl_cuda_finish(cl_coder* coder, uint8_t* payload, int64_t capacity) {
    if (coder->decodes) {
        return -1;
    }
    LAUNCH(endEncoder, 1, 1, coder->state.data());
    Coder state;
    if (!launched() || !fromDevice(&state, coder->state.data(), sizeof state) || state.damaged != 0 || state.at > capacity ||
        !fromDevice(payload, coder->bytes.data(), static_cast<size_t>(state.at))) {
        return -1;
    }
    return state.at;
}

int32_t cl_cuda_end(cl_coder* coder) {
    Coder state;
    if (!coder->decodes) {
        return CL_BAD_ARGUMENT;
    }
    if (!fromDevice(&state, coder->state.data(), sizeof state)) {
        return CL_DEVICE;
    }
    bool whole = state.damaged == 0 && state.at == state.capacity && state.pastEnd >= kWindowBytes - 1 &&
                 state.pastEnd <= kWindowBytes + kDroppedZerosMax;
    return okOr(whole, CL_DAMAGED);
}
