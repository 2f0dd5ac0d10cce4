// Integer products in tiles: AMX multiplies 16 rows of 64 bytes with a tile of weights of 64 input channels for 16 output
// channels in one instruction, 16,384 products, and adds them to 16 × 16 sums of 32 bits.
//
// Mathematics and plain version: product.inl. The sums are the same integers, modulo 2^32, so what follows them is too.
//
// Weights lie as AVX-512's paths have them, [groups][32 channels][4]: 16 groups of half a block's channels are a tile whose
// rows are 128 bytes apart. Matrices are rounded up to whole steps of 16 groups with zeros. Inputs are rows of bytes as they
// are; the limbs of 15-bit inputs are rows of their own.
//
// One tile of inputs takes two blocks of channels at once, two tiles take one: four tiles of sums in flight hide the
// instruction's latency. A tile of weights serves up to 32 rows; how fast it comes from the caches is what limits few rows.

constexpr int kStepGroups = 16;
constexpr int kTileInputs = 16;  // rows of a tile
constexpr int kStepBytes = kStepGroups * kColumnBlock * kGroup;
constexpr int kHalf = 16 * kGroup;  // from one half of a block's channels to the other
constexpr size_t kWeightStride = kColumnBlock * kGroup;
constexpr size_t kSumStride = kColumnBlock * sizeof(int32_t);

// With fewer rows the dot products of product.inl are as fast: weights come no faster.
constexpr int kLeastTiled = 2;

// The processor's description of its eight tiles: 0 to 3 are sums, 4 and 5 inputs, 6 and 7 weights.
struct alignas(64) TileShapes {
    uint8_t palette = 1;
    uint8_t startRow = 0;
    uint8_t reserved[14] = {};
    uint16_t rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {};

    // Rows of the first tile of inputs and of the second; with one tile of inputs all sums have its rows.
    TileShapes(int first, int second) {
        for (int tile : {0, 1, 4}) {
            rows[tile] = static_cast<uint8_t>(first);
        }
        for (int tile : {2, 3}) {
            rows[tile] = static_cast<uint8_t>(second > 0 ? second : first);
        }
        rows[5] = static_cast<uint8_t>(second > 0 ? second : first);
        rows[6] = 16;
        rows[7] = 16;
    }

    // Begins work with tiles. The compiler does not know what their instructions read, so all that was written is written before.
    void load() const {
        __asm__ volatile("" : : "r"(this) : "memory");
        _tile_loadconfig(this);
    }
};

static inline void fetchStep(const int8_t* at) {
#pragma GCC unroll 32
    for (int line = 0; line < kStepBytes; line += static_cast<int>(kLine)) {
        __builtin_prefetch(at + line, 0, 2);
    }
}

// One tile of inputs with the two blocks of channels at w and next.
static inline void tilesOfOne(
    const int8_t* w, const int8_t* next, const Activation* a, size_t stride, int steps, size_t ahead, int32_t* sums,
    int32_t* nextSums) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int k = 0; k < steps; k++) {
        size_t at = static_cast<size_t>(k) * kStepBytes;
        fetchStep(w + at + ahead);
        fetchStep(next + at + ahead);
        _tile_loadd(4, a + static_cast<size_t>(k) * 64, stride);
        _tile_loadd(6, w + at, kWeightStride);
        _tile_dpbusd(0, 4, 6);
        _tile_loadd(7, w + at + kHalf, kWeightStride);
        _tile_dpbusd(1, 4, 7);
        _tile_loadd(6, next + at, kWeightStride);
        _tile_dpbusd(2, 4, 6);
        _tile_loadd(7, next + at + kHalf, kWeightStride);
        _tile_dpbusd(3, 4, 7);
    }
    _tile_stored(0, sums, kSumStride);
    _tile_stored(1, sums + W, kSumStride);
    _tile_stored(2, nextSums, kSumStride);
    _tile_stored(3, nextSums + W, kSumStride);
}

// Two tiles of inputs, the second `first` rows behind the first, with one block of channels.
static inline void tilesOfTwo(
    const int8_t* w, const Activation* a, size_t stride, int first, int steps, size_t ahead, int32_t* sums) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    const Activation* second = a + static_cast<size_t>(first) * stride;
    for (int k = 0; k < steps; k++) {
        size_t at = static_cast<size_t>(k) * kStepBytes;
        fetchStep(w + at + ahead);
        _tile_loadd(6, w + at, kWeightStride);
        _tile_loadd(4, a + static_cast<size_t>(k) * 64, stride);
        _tile_dpbusd(0, 4, 6);
        _tile_loadd(7, w + at + kHalf, kWeightStride);
        _tile_dpbusd(1, 4, 7);
        _tile_loadd(5, second + static_cast<size_t>(k) * 64, stride);
        _tile_dpbusd(2, 5, 6);
        _tile_dpbusd(3, 5, 7);
    }
    _tile_stored(0, sums, kSumStride);
    _tile_stored(1, sums + W, kSumStride);
    _tile_stored(2, sums + static_cast<size_t>(first) * kColumnBlock, kSumStride);
    _tile_stored(3, sums + static_cast<size_t>(first) * kColumnBlock + W, kSumStride);
}

// From a block's sums to its outputs, as the end of multiplyBlock.
template <bool Fine>
static inline void finishBlock(
    const Matrix& matrix, int block, const int32_t* sums, const float* s, int rows, const Target& target) {
    const Target to = target;
    I start[kVectors];
    F channelScales[kVectors];
    for (int v = 0; v < kVectors; v++) {
        int column = block * kColumnBlock + v * W;
        start[v] = load<I>(matrix.start.data() + column);
        channelScales[v] = load<F>(matrix.scales.data() + column);
    }
    for (int row = 0; row < rows; row++) {
        F rowScale = all(s[row]);
#pragma GCC unroll 2
        for (int v = 0; v < kVectors; v++) {
            F sum;
            if constexpr (Fine) {
                const int32_t* limbs = sums + static_cast<size_t>(2 * row) * kColumnBlock + v * W;
                sum = joinLimbs(load<I>(limbs) + start[v], load<I>(limbs + kColumnBlock) + start[v]);
            } else {
                sum = floatOf(load<I>(sums + static_cast<size_t>(row) * kColumnBlock + v * W) + start[v]);
            }
            to.put(row, block * kColumnBlock + v * W, sum, rowScale * channelScales[v]);
        }
    }
}

// As multiply() of product.inl, for up to kLargeTileRows rows.
template <bool Fine>
static void multiplyTiles(
    const Matrix& matrix, int blockFrom, int blockTo, const Activation* a, size_t stride, const float* s, int rows,
    const Target& target) {
    constexpr int L = Fine ? 2 : 1;
    alignas(64) int32_t sums[2][kLargeTileRows * L * kColumnBlock];
    const size_t blockBytes = static_cast<size_t>(matrix.groups) * (kColumnBlock * kGroup);
    const int8_t* weights = matrix.data.data();
    const int steps = matrix.groups / kStepGroups;
    const int inputs = rows * L;
    if (inputs <= kTileInputs) {
        TileShapes shapes(inputs, 0);
        shapes.load();
        for (int block = blockFrom; block < blockTo; block += 2) {
            // The last block of an odd number goes twice.
            int next = block + 1 < blockTo ? block + 1 : block;
            tilesOfOne(
                weights + static_cast<size_t>(block) * blockBytes, weights + static_cast<size_t>(next) * blockBytes, a, stride,
                steps, 2 * blockBytes, sums[0], sums[1]);
            finishBlock<Fine>(matrix, block, sums[0], s, rows, target);
            if (next > block) {
                finishBlock<Fine>(matrix, next, sums[1], s, rows, target);
            }
        }
    } else {
        // All pairs of tiles have the same shapes; where rows do not divide evenly, the last pair begins within the one before.
        const int pairs = (inputs + 2 * kTileInputs - 1) / (2 * kTileInputs);
        const int together = (inputs + pairs - 1) / pairs;
        const int first = (together + 1) / 2;
        TileShapes shapes(first, together - first);
        shapes.load();
        for (int block = blockFrom; block < blockTo; block++) {
            for (int pair = 0; pair < pairs; pair++) {
                size_t from = static_cast<size_t>(pair + 1 < pairs ? pair * together : inputs - together);
                tilesOfTwo(
                    weights + static_cast<size_t>(block) * blockBytes, a + from * stride, stride, first, steps, blockBytes,
                    sums[0] + from * kColumnBlock);
            }
            finishBlock<Fine>(matrix, block, sums[0], s, rows, target);
        }
    }
    _tile_release();
}

// The most that the instruction does: four chains, nothing loaded or stored between. Returns operations, 2 a product.
static double spinTiles(int64_t steps) {
    alignas(64) uint8_t bytes[16 * 64] = {};
    __asm__ volatile("" : : "r"(bytes) : "memory");
    TileShapes shapes(kTileInputs, 0);
    shapes.load();
    _tile_loadd(4, bytes, 64);
    _tile_loadd(6, bytes, 64);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    for (int64_t step = 0; step < steps; step++) {
        _tile_dpbusd(0, 4, 6);
        _tile_dpbusd(1, 4, 6);
        _tile_dpbusd(2, 4, 6);
        _tile_dpbusd(3, 4, 6);
    }
    _tile_release();
    return static_cast<double>(steps) * 4 * kTileInputs * 16 * 64 * 2;
}
