// A loaded model, its streams and the memory of a pass: what every code path shares. Layouts depend on the path's numbers
// (struct Path) only.
#ifndef CODELENGTH_MODEL_H
#define CODELENGTH_MODEL_H

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "../codelength_kernels.h"
#include "coder.h"
#include "memory.h"
#include "pool.h"

namespace codelength {

constexpr int kRowsMax = CL_ROWS_MAX;

// Rows that share a pass over a matrix on one thread: enough to hide the loading of weights from the second-level cache, few
// enough for their inputs to stay in the first-level one.
constexpr int kTileRows = 16;

// The same where weights come from memory, since every tile reads them all: more weights than a usual third-level cache holds.
constexpr int kLargeTileRows = 64;
constexpr size_t kCachedWeights = size_t{32} << 20;

// With so few rows all threads share each matrix's columns instead of dividing the rows; with all, where weights come from
// memory, since then they are read once for all threads.
constexpr int kSharedRows = 8;

// As many positions to look at take about as long as the rest of a row.
constexpr int kPositionsOfRow = 640;

// Positions of keys that stand together, and the multiple to which windows are rounded up.
constexpr int kKeyBlock = 16;
constexpr int kWindowStep = 64;

// What a stream has room for at first.
constexpr int kFirstPositions = 192;

struct Model;
struct Matrix;
struct Scratch;

// One code path: a kind of vector unit.
struct Path {
    const char* name;
    int columnBlock;   // output channels that one pass over the input computes
    int group;         // input channels that one dot-product lane takes
    int bias;          // what is added to activations and keys in memory, so that they are unsigned
    bool limbs;        // whether 15-bit activations are two rows of limbs
    int activationBytes;
    void (*read)(Model& model, int thread);
    // For the benchmark: y = the product of a matrix with the scratch's rows; and `steps` dot-product steps in registers only,
    // returning the operations (2 a product) they make.
    void (*multiply)(const Matrix& matrix, const Scratch& in, int rows, float* y, size_t stride);
    double (*spin)(int64_t steps);
    int stepGroups = 1;        // groups of a matrix are rounded up to a multiple of this, with zeros
    int tileRows = kTileRows;  // rows that share a pass over a matrix that fits the caches
};

// Those this processor can run, best first; the last is plain code.
const std::vector<const Path*>& paths();

// [rows, columns] as [column blocks][groups of input channels][columnBlock][group]: output channels are `rows` here.
struct Matrix {
    int rows = 0;
    int columns = 0;
    int blocks = 0;
    int groups = 0;
    bool fine = false;  // 15-bit activations
    Array<int8_t> data;
    Array<int32_t> start;  // −bias · Σ of a row's weights: what sums begin with
    Array<float> scales;   // zeros behind the last
};

struct Layer {
    Matrix query, key, value, output, gate, up, down;
};

struct Shape {
    int hidden, layers, heads, keyValueHeads, headDimension, feedForward, positions, embeddingRows, headRows;
    int group() const { return heads / keyValueHeads; }
    int queryWidth() const { return heads * headDimension; }
    int keyValueWidth() const { return keyValueHeads * headDimension; }
};

// Where things lie in one head's part of a stream, in bytes.
struct CacheLayout {
    CacheLayout() = default;
    CacheLayout(const Shape& shape, const Path& path, int window);

    int positions = 0;      // the window, rounded up
    int keyChannels = 0;    // head dimension, rounded up to whole groups
    int valueChannels = 0;  // head dimension, rounded up to whole vectors
    size_t values = 0;
    size_t keyScales = 0;
    size_t valueScales = 0;
    size_t bytes = 0;
};

// What one thread needs beside the block's arrays.
struct Scratch {
    Scratch(const Shape& shape, const Path& path);

    Array<uint8_t> activations;  // [limb rows, stride]
    size_t activationStride = 0; // bytes
    float scales[kLargeTileRows] = {};
    Array<float> outputs;        // [tile rows, widest of query, key, value, rounded up]
    Array<float> second;
    Array<float> scores;         // [queries at once, positions]
    Array<int16_t> indices;      // of exponentials in the making, in the table of mantissas
    Array<int16_t> octaves;
    Array<int32_t> exponentials;
    Array<uint8_t> weights;      // [queries at once, positions] of activations' type
    Array<float> head;           // one head's vector, rounded up
};

// Queries of one key-value head whose products with keys and values are made together.
constexpr int kQueriesMax = 8;

// EXP2 in forms that are quicker to read.
//
// In 4 KB: EXP2[1024·k + j] = ((M[j] >> k) + 1) >> 1 for all 31 octaves k, where M[j] = ⌊2^31 · 2^(−j/1024)⌋. (Rounding a
// floor to fewer bits rounds the number itself, since none of these is half-way between two integers.)
//
// In three tables of 32, which two vectors of 16 lanes hold each: M[32·h + l] = (coarse[h] · fine[l] >> 33) + bit l of
// corrections[h], where coarse[h] = ⌊2^32 · 2^(−h/32)⌋, fine[l] = ⌊2^32 · 2^(−l/1024)⌋, both below 2^32. (The product of two
// floors is below what it stands for by less than one.)
struct DecayTable {
    // Made from EXP2 and checked against all of it; false if it is no table of the profile.
    bool make(const int32_t* exp2);

    Array<uint32_t> mantissas;  // [1024]
    uint32_t coarse[32] = {};
    uint32_t fine[32] = {};
    uint32_t corrections[32] = {};
};

// What is loaded: read by all models that share it, changed by nobody once it is complete.
struct Weights {
    explicit Weights(const Shape& shape) : layers(static_cast<size_t>(shape.layers)) {}

    double normEpsilon = 0;
    float scoreScale = 0;
    DecayTable decayTable;
    Array<float> cosines;
    Array<float> sines;
    Array<int8_t> embedding;
    Array<float> embeddingScales;
    std::vector<Layer> layers;
    Matrix head;
    size_t bytes = 0;  // of layers and head
    SymbolTable symbolTable;
};

struct Model {
    Model(const Path& path, int threads, const Shape& shape, std::shared_ptr<Weights> weights);

    const Path& path;
    const Shape shape;
    const std::shared_ptr<Weights> weights;
    const double& normEpsilon = weights->normEpsilon;
    const float& scoreScale = weights->scoreScale;
    const DecayTable& decayTable = weights->decayTable;
    const Array<float>& cosines = weights->cosines;
    const Array<float>& sines = weights->sines;
    const Array<int8_t>& embedding = weights->embedding;
    const Array<float>& embeddingScales = weights->embeddingScales;
    const std::vector<Layer>& layers = weights->layers;
    const Matrix& head = weights->head;
    Pool pool;
    std::vector<std::unique_ptr<Scratch>> scratch;

    int tileRows() const { return weights->bytes > kCachedWeights ? kLargeTileRows : path.tileRows; }

    int sharedRows() const { return weights->bytes > kCachedWeights ? kLargeTileRows : kSharedRows; }

    // The pass at hand.
    int rows = 0;
    int wanted = 0;
    cl_stream* const* streams = nullptr;
    const int32_t* positions = nullptr;
    const int32_t* symbols = nullptr;
    bool streamsDivided = false;  // whether rows of one stream may be computed by different threads
    int wantedRows[kRowsMax] = {};
    std::atomic<int> next[2];     // counters of work items, used in turn

    Array<float> residual;        // [rows, hidden]
    int residualStride = 0;
    Array<uint8_t> queries;       // [rows, heads, headChannels] of activations' type
    int headChannels = 0;         // head dimension, rounded up to whole vectors
    Array<float> queryScale;      // [rows, heads]
    Array<float> attended;        // [rows, query width]
    int attendedStride = 0;
    Array<float> inner;           // [rows, feed-forward]
    int innerStride = 0;

    // What came of it: [wanted, headStride] and [wanted, headBlocks + 1].
    int headStride = 0;  // more than all blocks, by a line: rows at multiples of 4 KB would share few lines of the caches
    int headBlocks = 0;
    Array<int32_t> exponentials;
    Array<int64_t> sums;
};

void pack(Matrix& target, const Path& path, int rows, int columns, const int8_t* values, const float* scales, bool fine);

}  // namespace codelength

struct cl_model : codelength::Model {
    using codelength::Model::Model;

    cl_coding coding = {};
};

struct cl_stream {
    cl_stream(codelength::Model& owner, int window);

    // Makes room for so many positions, at most the window. A cache grows when it must, from a few positions by doubling, since
    // most texts of a service end long before their window does. Throws std::bad_alloc, and is then as it was.
    void reserve(int positions);

    codelength::Model& owner;
    int window;
    codelength::CacheLayout layout;    // of the positions there is room for
    codelength::Array<uint8_t> cache;  // [layers, key-value heads, layout.bytes]
};

#endif
