// What this machine can do at most, and what a path's products make of it: what the benchmarks hold against each other.
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

#include <time.h>

#include "../codelength_kernels.h"
#include "model.h"

namespace {

const codelength::Path* findPath(const char* name) {
    for (const codelength::Path* path : codelength::paths()) {
        if (std::strcmp(path->name, name) == 0) {
            return path;
        }
    }
    return nullptr;
}

// Processor time of this thread, so that other programs disturb less.
double now() {
    timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Seconds of one call: the best of five rounds of at least 20 ms, since what disturbs only ever makes it slower.
template <class Work>
double secondsOf(Work work) {
    work();
    double best = 1e9;
    for (int round = 0; round < 5; round++) {
        int calls = 0;
        double begun = now();
        double passed = 0;
        do {
            work();
            calls++;
            passed = now() - begun;
        } while (passed < 0.02);
        best = passed / calls < best ? passed / calls : best;
    }
    return best;
}

}  // namespace

double cl_speed_peak(const char* path) {
    constexpr int64_t kSteps = 200000;
    const codelength::Path* found = findPath(path);
    if (found == nullptr) {
        return 0;
    }
    volatile double operations = 0;
    double seconds = secondsOf([&] { operations = found->spin(kSteps); });
    return operations / seconds;
}

double cl_speed_product(const char* path, int32_t rows, int32_t columns, int32_t bits, int32_t inputs) {
    const codelength::Path* found = findPath(path);
    if (found == nullptr || rows < 1 || rows > 1 << 18 || columns < 1 || columns > 65536 || inputs < 1 ||
        inputs > CL_ROWS_MAX || (bits != 8 && bits != 15)) {
        return 0;
    }
    try {
        bool fine = bits == 15;
        codelength::Shape shape = {columns, 1, 1, 1, 64, columns, codelength::kWindowStep, 1, 1};
        codelength::Scratch scratch(shape, *found);
        for (size_t i = 0; i < scratch.activations.size(); i++) {
            scratch.activations[i] = static_cast<uint8_t>(i);
        }
        std::vector<int8_t> values(static_cast<size_t>(rows) * static_cast<size_t>(columns));
        for (size_t i = 0; i < values.size(); i++) {
            values[i] = static_cast<int8_t>(static_cast<int>(i * 89 % 255) - 127);
        }
        std::vector<float> scales(static_cast<size_t>(rows), 1.0f);
        codelength::Matrix matrix;
        codelength::pack(matrix, *found, rows, columns, values.data(), scales.data(), fine);
        // As a pass divides its rows.
        int tileRows = matrix.data.size() > codelength::kCachedWeights ? codelength::kLargeTileRows : found->tileRows;
        int tiles = (inputs + tileRows - 1) / tileRows;
        size_t stride = codelength::roundUp(static_cast<size_t>(rows), 32);
        std::vector<float> y(stride * codelength::kLargeTileRows);
        double seconds = secondsOf([&] {
            for (int tile = 0; tile < tiles; tile++) {
                found->multiply(matrix, scratch, inputs / tiles, y.data(), stride);
            }
        });
        double limbs = fine && found->limbs ? 2 : 1;
        return 2.0 * rows * columns * (inputs / tiles) * tiles * limbs / seconds;
    } catch (const std::bad_alloc&) {
        return 0;
    }
}

double cl_speed_memory(void) {
    try {
        std::vector<uint64_t> memory(32 << 20, 1);  // 256 MB
        volatile uint64_t sink = 0;
        double seconds = secondsOf([&] {
            uint64_t sums[8] = {};
            for (size_t i = 0; i < memory.size(); i += 8) {
                for (size_t j = 0; j < 8; j++) {
                    sums[j] += memory[i + j];
                }
            }
            sink = sums[0] + sums[1] + sums[2] + sums[3] + sums[4] + sums[5] + sums[6] + sums[7];
        });
        return static_cast<double>(memory.size()) * 8 / seconds;
    } catch (const std::bad_alloc&) {
        return 0;
    }
}
