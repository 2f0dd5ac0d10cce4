// The C interface: checks, and no exception beyond this file.
#include <cmath>
#include <cstring>
#include <new>
#include <string>
#include <system_error>

#include "../profile1.h"
#include "../sequences.h"
#include "model.h"

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif
#if defined(__unix__)
#include <unistd.h>
#endif

using codelength::CacheLayout;
using codelength::Layer;
using codelength::Matrix;
using codelength::Model;
using codelength::Path;
using codelength::Shape;
using codelength::Weights;

namespace {

// Nearest even, no flushing of subnormals, as the profile asks: a library built with fast-math may have changed a thread's
// control word. Put back at the end, since the caller's thread is the caller's.
class SoundArithmetic {
public:
#if defined(__x86_64__)
    SoundArithmetic() : before_(_mm_getcsr()) { _mm_setcsr(0x1f80); }
    ~SoundArithmetic() { _mm_setcsr(before_); }

private:
    unsigned before_;
#elif defined(__aarch64__)
    SoundArithmetic() {
        __asm__ volatile("mrs %0, fpcr" : "=r"(before_));
        __asm__ volatile("msr fpcr, %0" : : "r"(uint64_t{0}));
    }
    ~SoundArithmetic() { __asm__ volatile("msr fpcr, %0" : : "r"(before_)); }

private:
    uint64_t before_;
#else
    SoundArithmetic() {}
#endif
};

bool within(int value, int least, int most) {
    return value >= least && value <= most;
}

const Path* findPath(const char* name) {
    for (const Path* path : codelength::paths()) {
        if (std::strcmp(path->name, name) == 0) {
            return path;
        }
    }
    return nullptr;
}

bool sound(const Shape& s) {
    return within(s.hidden, 1, 16384) && within(s.layers, 1, 1024) && within(s.heads, 1, 65536) &&
           within(s.keyValueHeads, 1, s.heads) && s.heads % s.keyValueHeads == 0 && within(s.headDimension, 2, 1024) &&
           s.headDimension % 2 == 0 && static_cast<int64_t>(s.heads) * s.headDimension <= 65536 &&
           within(s.feedForward, 1, 65536) && within(s.positions, 1, 65536) && s.embeddingRows >= 1 &&
           within(s.headRows, 1, (1 << 18) - 1);
}

Matrix* matrixOf(Weights& weights, const Shape& s, int kind, int index, int& rows, int& columns) {
    if (kind == CL_HEAD) {
        rows = s.headRows;
        columns = s.hidden;
        return &weights.head;
    }
    Layer& layer = weights.layers[static_cast<size_t>(index)];
    columns = s.hidden;
    switch (kind) {
        case CL_QUERY: rows = s.queryWidth(); return &layer.query;
        case CL_KEY: rows = s.keyValueWidth(); return &layer.key;
        case CL_VALUE: rows = s.keyValueWidth(); return &layer.value;
        case CL_OUTPUT: rows = s.hidden; columns = s.queryWidth(); return &layer.output;
        case CL_GATE: rows = s.feedForward; return &layer.gate;
        case CL_UP: rows = s.feedForward; return &layer.up;
        case CL_DOWN: rows = s.hidden; columns = s.feedForward; return &layer.down;
        default: return nullptr;
    }
}

bool complete(const Model& model) {
    if (model.embedding.size() == 0 || model.head.rows == 0) {
        return false;
    }
    for (const Layer& layer : model.layers) {
        for (const Matrix* matrix :
             {&layer.query, &layer.key, &layer.value, &layer.output, &layer.gate, &layer.up, &layer.down}) {
            if (matrix->rows == 0) {
                return false;
            }
        }
    }
    return true;
}

void readOnThread(void* context, int thread) {
    SoundArithmetic sound;
    Model& model = *static_cast<Model*>(context);
    model.path.read(model, thread);
}

}  // namespace

int32_t cl_abi(void) {
    return CL_ABI;
}

const char* cl_paths(void) {
    static const std::string names = [] {
        std::string all;
        for (const Path* path : codelength::paths()) {
            all += (all.empty() ? "" : ",") + std::string(path->name);
        }
        return all;
    }();
    return names.c_str();
}

int64_t cl_shared_cache_bytes(void) {
#if defined(_SC_LEVEL3_CACHE_SIZE)
    long bytes = sysconf(_SC_LEVEL3_CACHE_SIZE);
    if (bytes > 0) {
        return bytes;
    }
#endif
    return static_cast<int64_t>(codelength::kCachedWeights);
}

cl_model* cl_model_create(
    const char* path, int32_t threads, const int32_t* shape, double norm_epsilon, float score_scale, const int32_t* exp2,
    const float* cosines, const float* sines) {
    const Path* found = findPath(path);
    Shape s = {shape[0], shape[1], shape[2], shape[3], shape[4], shape[5], shape[6], shape[7], shape[8]};
    if (found == nullptr || !within(threads, 1, 256) || !sound(s)) {
        return nullptr;
    }
    try {
        auto weights = std::make_shared<Weights>(s);
        weights->normEpsilon = norm_epsilon;
        weights->scoreScale = score_scale;
        if (!weights->decayTable.make(exp2)) {
            return nullptr;
        }
        size_t angles = static_cast<size_t>(s.positions) * static_cast<size_t>(s.headDimension / 2);
        weights->cosines = codelength::Array<float>(angles);
        weights->sines = codelength::Array<float>(angles);
        std::memcpy(weights->cosines.data(), cosines, angles * sizeof(float));
        std::memcpy(weights->sines.data(), sines, angles * sizeof(float));
        return new cl_model(*found, threads, s, std::move(weights));
    } catch (const std::bad_alloc&) {
        return nullptr;
    } catch (const std::system_error&) {  // a thread could not be started
        return nullptr;
    }
}

cl_model* cl_model_share(const cl_model* model, int32_t threads) {
    if (!within(threads, 1, 256) || !complete(*model)) {
        return nullptr;
    }
    try {
        return new cl_model(model->path, threads, model->shape, model->weights);
    } catch (const std::bad_alloc&) {
        return nullptr;
    } catch (const std::system_error&) {
        return nullptr;
    }
}

int32_t cl_model_matrix(
    cl_model* model, int32_t kind, int32_t layer, int32_t rows, int32_t columns, const int8_t* values, const float* scales,
    int32_t bits) {
    if (!within(kind, 0, CL_KINDS - 1) || !within(layer, 0, model->shape.layers - 1) || (bits != 8 && bits != 15)) {
        return CL_BAD_ARGUMENT;
    }
    size_t count = static_cast<size_t>(rows) * static_cast<size_t>(columns);
    Weights& weights = *model->weights;
    try {
        if (kind == CL_EMBEDDING) {
            if (rows != model->shape.embeddingRows || columns != model->shape.hidden) {
                return CL_BAD_ARGUMENT;
            }
            weights.embedding = codelength::Array<int8_t>(count);
            std::memcpy(weights.embedding.data(), values, count);
            weights.embeddingScales = codelength::Array<float>(static_cast<size_t>(rows));
            std::memcpy(weights.embeddingScales.data(), scales, sizeof(float) * static_cast<size_t>(rows));
            return CL_OK;
        }
        int expectedRows = 0;
        int expectedColumns = 0;
        Matrix* target = matrixOf(weights, model->shape, kind, layer, expectedRows, expectedColumns);
        if (target == nullptr || rows != expectedRows || columns != expectedColumns) {
            return CL_BAD_ARGUMENT;
        }
        for (size_t i = 0; i < count; i++) {
            if (values[i] == -128) {
                return CL_BAD_ARGUMENT;
            }
        }
        weights.bytes -= target->data.size();
        codelength::pack(*target, model->path, rows, columns, values, scales, bits == 15);
        weights.bytes += target->data.size();
        return CL_OK;
    } catch (const std::bad_alloc&) {
        return CL_NO_MEMORY;
    }
}

void cl_model_free(cl_model* model) {
    delete model;
}

int64_t cl_stream_bytes(const cl_model* model, int32_t window) {
    CacheLayout layout(model->shape, model->path, window);
    size_t heads = static_cast<size_t>(model->shape.layers * model->shape.keyValueHeads);
    return static_cast<int64_t>(codelength::allocatedBytes(layout.bytes * heads) + sizeof(cl_stream) + 256);
}

cl_stream* cl_stream_open(cl_model* model, int32_t window) {
    if (!within(window, 1, model->shape.positions)) {
        return nullptr;
    }
    try {
        return new cl_stream(*model, window);
    } catch (const std::bad_alloc&) {
        return nullptr;
    }
}

void cl_stream_close(cl_stream* stream) {
    delete stream;
}

int32_t cl_read(
    cl_model* model, int32_t rows, cl_stream* const* streams, const int32_t* positions, const int32_t* symbols,
    const uint8_t* wanted) {
    if (!within(rows, 1, CL_ROWS_MAX) || !complete(*model)) {
        return CL_BAD_ARGUMENT;
    }
    model->streamsDivided = false;
    model->wanted = 0;
    for (int row = 0; row < rows; row++) {
        if (streams[row] == nullptr || &streams[row]->owner != model ||
            !within(positions[row], 0, streams[row]->window - 1) ||
            !within(symbols[row], 0, model->shape.embeddingRows - 1)) {
            return CL_BAD_ARGUMENT;
        }
        if (row > 0 && streams[row] == streams[row - 1]) {
            if (positions[row] != positions[row - 1] + 1) {
                return CL_BAD_ARGUMENT;
            }
            model->streamsDivided = true;
        }
        if (wanted[row] != 0) {
            model->wantedRows[model->wanted++] = row;
        }
    }
    try {
        for (int row = 0; row < rows; row++) {
            streams[row]->reserve(positions[row] + 1);
        }
    } catch (const std::bad_alloc&) {
        return CL_NO_MEMORY;
    }
    model->rows = rows;
    model->streams = streams;
    model->positions = positions;
    model->symbols = symbols;
    model->next[0] = 0;
    model->next[1] = 0;
    model->pool.run(readOnThread, model);
    return CL_OK;
}

int32_t* cl_exponentials(cl_model* model) {
    return model->exponentials.data();
}

int32_t cl_exponential_stride(const cl_model* model) {
    return model->headStride;
}

int64_t* cl_sums(cl_model* model) {
    return model->sums.data();
}

int32_t cl_blocks(const cl_model* model) {
    return model->headBlocks;
}

int32_t cl_symbols(cl_model* model, int32_t symbols, const int32_t* first_row, const int32_t* rowless) {
    try {
        bool set = model->weights->symbolTable.set(model->shape.headRows, symbols, first_row, rowless);
        return set ? static_cast<int32_t>(CL_OK) : static_cast<int32_t>(CL_BAD_ARGUMENT);
    } catch (const std::bad_alloc&) {
        return CL_NO_MEMORY;
    }
}

cl_coding* cl_coding_of(cl_model* model) {
    return &model->coding;
}

int32_t cl_read_coded(
    cl_model* model, int32_t rows, cl_stream* const* streams, const int32_t* positions, const int32_t* symbols,
    const uint8_t* wanted) {
    int slots = 0;
    for (int row = 0; within(rows, 1, CL_ROWS_MAX) && row < rows; row++) {
        slots += wanted[row] != 0 ? 1 : 0;
    }
    if (!codelength::sound(model->coding, slots, model->weights->symbolTable.symbols)) {
        return CL_BAD_ARGUMENT;
    }
    int32_t code = cl_read(model, rows, streams, positions, symbols, wanted);
    if (code == CL_OK) {
        codelength::codeRows(
            model->coding, slots, model->weights->symbolTable, model->exponentials.data(), model->sums.data(), model->headStride);
    }
    return code;
}

int32_t cl_encode(
    int32_t sequences, const int32_t* ends, const int64_t* below, const int64_t* frequency, const int64_t* total,
    uint8_t* payload, int64_t capacity, int64_t* payload_ends) {
    return codelength::encodeSequences(sequences, ends, below, frequency, total, payload, capacity, payload_ends);
}
