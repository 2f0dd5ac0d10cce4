#include "model.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "../profile1.h"

namespace codelength {
namespace {

constexpr int kVectorLanes = 16;  // the widest vector of any path
constexpr int kBlockMax = 32;     // the largest column block of any path

int padded(int width) {
    return static_cast<int>(roundUp(static_cast<size_t>(width), kBlockMax));
}

}  // namespace

CacheLayout::CacheLayout(const Shape& shape, const Path& path, int window) {
    positions = static_cast<int>(roundUp(static_cast<size_t>(window), kWindowStep));
    keyChannels = static_cast<int>(roundUp(static_cast<size_t>(shape.headDimension), static_cast<size_t>(path.group)));
    valueChannels = static_cast<int>(roundUp(static_cast<size_t>(shape.headDimension), kVectorLanes));
    size_t count = static_cast<size_t>(positions);
    values = roundUp(count * static_cast<size_t>(keyChannels), kLine);
    keyScales = values + roundUp(count * static_cast<size_t>(valueChannels), kLine);
    valueScales = keyScales + count * sizeof(float);
    bytes = valueScales + count * sizeof(float);
}

Scratch::Scratch(const Shape& shape, const Path& path) {
    int widest = std::max({shape.hidden, shape.feedForward, shape.queryWidth()});
    activationStride = roundUp(static_cast<size_t>(widest) * static_cast<size_t>(path.activationBytes), kLine);
    activations = Array<uint8_t>(activationStride * kLargeTileRows * (path.limbs ? 2 : 1));
    size_t columns = static_cast<size_t>(std::max({padded(shape.queryWidth()), padded(shape.keyValueWidth()), 256}));
    outputs = Array<float>(columns * kLargeTileRows);
    size_t heads = roundUp(static_cast<size_t>(shape.headDimension), kVectorLanes) * kQueriesMax;
    second = Array<float>(std::max(columns * kLargeTileRows, heads));
    size_t positions = roundUp(static_cast<size_t>(shape.positions), kWindowStep);
    scores = Array<float>(positions * kQueriesMax);
    weights = Array<uint8_t>(positions * kQueriesMax * static_cast<size_t>(path.activationBytes));
    size_t longest = std::max<size_t>(positions, 256);
    indices = Array<int16_t>(longest);
    octaves = Array<int16_t>(longest);
    exponentials = Array<int32_t>(longest);
    head = Array<float>(roundUp(static_cast<size_t>(shape.headDimension), kVectorLanes));
}

Model::Model(const Path& chosen, int threads, const Shape& given, std::shared_ptr<Weights> loaded)
    : path(chosen), shape(given), weights(std::move(loaded)), pool(threads) {
    for (int thread = 0; thread < threads; thread++) {
        scratch.push_back(std::make_unique<Scratch>(shape, path));
    }
    residualStride = padded(shape.hidden);
    residual = Array<float>(static_cast<size_t>(residualStride) * kRowsMax);
    headChannels = static_cast<int>(roundUp(static_cast<size_t>(shape.headDimension), kVectorLanes));
    size_t queryCount = static_cast<size_t>(shape.heads) * kRowsMax;
    queries = Array<uint8_t>(queryCount * static_cast<size_t>(headChannels * path.activationBytes));
    queryScale = Array<float>(queryCount);
    attendedStride = padded(shape.queryWidth());
    attended = Array<float>(static_cast<size_t>(attendedStride) * kRowsMax);
    innerStride = padded(shape.feedForward);
    inner = Array<float>(static_cast<size_t>(innerStride) * kRowsMax);
    headBlocks = (shape.headRows + profile1::kFrequencyBlock - 1) / profile1::kFrequencyBlock;
    headStride = headBlocks * profile1::kFrequencyBlock + static_cast<int>(kLine / sizeof(float));
    exponentials = Array<int32_t>(static_cast<size_t>(headStride) * kRowsMax);
    sums = Array<int64_t>(static_cast<size_t>(headBlocks + 1) * kRowsMax);
    next[0] = 0;
    next[1] = 0;
}

bool DecayTable::make(const int32_t* exp2) {
    mantissas = Array<uint32_t>(profile1::kSteps);
    for (int j = 0; j < profile1::kSteps; j++) {
        // One of the two that the first octave, rounded to a bit less, leaves open.
        bool found = false;
        for (uint32_t less = 0; less <= 1 && !found; less++) {
            uint32_t m = 2 * static_cast<uint32_t>(exp2[j]) - less;
            found = true;
            for (int i = j, k = 0; i < profile1::kEntries; i += profile1::kSteps, k++) {
                found = found && ((m >> k) + 1) >> 1 == static_cast<uint32_t>(exp2[i]);
            }
            mantissas[static_cast<size_t>(j)] = m;
        }
        if (!found) {
            return false;
        }
    }
    for (int i = 0; i < 32; i++) {
        // A library's exp2 need not be correctly rounded, so what comes of it is checked below.
        coarse[i] = static_cast<uint32_t>(std::min(4294967295.0, std::floor(std::exp2(32 - i / 32.0))));
        fine[i] = static_cast<uint32_t>(std::min(4294967295.0, std::floor(std::exp2(32 - i / 1024.0))));
    }
    for (int j = 0; j < profile1::kSteps; j++) {
        uint32_t product = static_cast<uint32_t>(static_cast<uint64_t>(coarse[j / 32]) * fine[j % 32] >> 33);
        uint32_t correction = mantissas[static_cast<size_t>(j)] - product;
        if (correction > 1) {
            return false;
        }
        corrections[j / 32] |= correction << j % 32;
    }
    return true;
}

void pack(
    Matrix& target, const Path& path, int rows, int columns, const int8_t* values, const float* scales, bool fine) {
    size_t block = static_cast<size_t>(path.columnBlock);
    size_t group = static_cast<size_t>(path.group);
    target.rows = rows;
    target.columns = columns;
    target.fine = fine;
    target.blocks = static_cast<int>((static_cast<size_t>(rows) + block - 1) / block);
    target.groups = static_cast<int>(
        roundUp((static_cast<size_t>(columns) + group - 1) / group, static_cast<size_t>(path.stepGroups)));
    size_t channels = static_cast<size_t>(target.blocks) * block;
    target.data = Array<int8_t>(channels * static_cast<size_t>(target.groups) * group);
    target.start = Array<int32_t>(channels);
    target.scales = Array<float>(channels);
    for (size_t row = 0; row < static_cast<size_t>(rows); row++) {
        const int8_t* from = values + row * static_cast<size_t>(columns);
        int8_t* to = target.data.data() + row / block * static_cast<size_t>(target.groups) * block * group +
                     row % block * group;
        int32_t sum = 0;
        for (size_t column = 0; column < static_cast<size_t>(columns); column++) {
            to[column / group * block * group + column % group] = from[column];
            sum += from[column];
        }
        // At most 128 · 127 · 65,536 < 2^31.
        target.start[row] = -path.bias * sum;
        target.scales[row] = scales[row];
    }
}

}  // namespace codelength

cl_stream::cl_stream(codelength::Model& model, int positions) : owner(model), window(positions) {
    reserve(std::min(positions, codelength::kFirstPositions));
}

void cl_stream::reserve(int positions) {
    if (positions <= layout.positions) {
        return;
    }
    // The last step goes to the whole window, so that there are few.
    int room = std::max(positions, 2 * layout.positions);
    room = room >= window / 4 * 3 ? window : room;
    codelength::CacheLayout wider(owner.shape, owner.path, room);
    size_t heads = static_cast<size_t>(owner.shape.layers * owner.shape.keyValueHeads);
    codelength::Array<uint8_t> grown(wider.bytes * heads);
    // Every part is in the order of positions, so what is there stays a part's beginning.
    for (size_t head = 0; layout.positions > 0 && head < heads; head++) {
        const uint8_t* from = cache.data() + head * layout.bytes;
        uint8_t* to = grown.data() + head * wider.bytes;
        std::memcpy(to, from, layout.values);
        std::memcpy(to + wider.values, from + layout.values, layout.keyScales - layout.values);
        std::memcpy(to + wider.keyScales, from + layout.keyScales, layout.valueScales - layout.keyScales);
        std::memcpy(to + wider.valueScales, from + layout.valueScales, layout.bytes - layout.valueScales);
    }
    layout = wider;
    cache = std::move(grown);
}
