// Where kernel bodies run: on a GPU (compiled by nvcc), or on this processor, one block after another and one thread after
// another, for tests. A body is a row of phases: everything a thread does between two barriers stands inside FOR_THREADS,
// and nothing that differs between threads lives longer than its phase. So one source serves both, and the order in which
// the processor runs the threads of a phase (ascending or descending) must not matter: tests run both.
#ifndef CODELENGTH_CUDA_DEVICE_H
#define CODELENGTH_CUDA_DEVICE_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

namespace codelength {

// Threads of a block.
constexpr int kThreads = 128;

#if defined(__CUDACC__)

#define KERNEL static __global__ void
#define DEVICE static __device__ __forceinline__
#define SHARED __shared__
#define FOR_THREADS(t) for (int t = static_cast<int>(threadIdx.x), once_ = 1; once_ != 0; once_ = 0)
#define BARRIER() __syncthreads()
#define BLOCK_X (static_cast<int>(blockIdx.x))
#define BLOCK_Y (static_cast<int>(blockIdx.y))
#define LAUNCH(kernel, x, y, ...) \
    kernel<<<dim3(static_cast<unsigned>(x), static_cast<unsigned>(y)), codelength::kThreads>>>(__VA_ARGS__)

DEVICE int32_t dot4(int32_t a, int32_t b, int32_t sum) {
    return __dp4a(a, b, sum);
}

inline bool deviceThere() {
    int count = 0;
    return cudaGetDeviceCount(&count) == cudaSuccess && count > 0;
}
inline void* deviceAllocate(size_t bytes) {
    void* memory = nullptr;
    if (cudaMalloc(&memory, bytes) != cudaSuccess) {
        cudaGetLastError();
        return nullptr;
    }
    if (cudaMemset(memory, 0, bytes) != cudaSuccess) {
        cudaFree(memory);
        return nullptr;
    }
    return memory;
}
inline void deviceFree(void* memory) {
    cudaFree(memory);
}
inline bool toDevice(void* to, const void* from, size_t bytes) {
    return cudaMemcpy(to, from, bytes, cudaMemcpyHostToDevice) == cudaSuccess;
}
inline bool fromDevice(void* to, const void* from, size_t bytes) {
    return cudaMemcpy(to, from, bytes, cudaMemcpyDeviceToHost) == cudaSuccess;
}
inline bool launched() {
    return cudaGetLastError() == cudaSuccess;
}

#else

namespace emulated {
struct Block {
    int x, y;
};
inline Block block = {0, 0};
inline bool descending = false;
inline int thread(int i) {
    return descending ? kThreads - 1 - i : i;
}
}  // namespace emulated

#define KERNEL static void
#define DEVICE static inline
#define SHARED
#define FOR_THREADS(t) for (int i_ = 0, t = emulated::thread(0); i_ < kThreads; t = emulated::thread(++i_))
#define BARRIER() static_cast<void>(0)
#define BLOCK_X (emulated::block.x)
#define BLOCK_Y (emulated::block.y)
#define LAUNCH(kernel, gridX, gridY, ...)                                                         \
    for (emulated::block.y = 0; emulated::block.y < static_cast<int>(gridY); emulated::block.y++) \
        for (emulated::block.x = 0; emulated::block.x < static_cast<int>(gridX); emulated::block.x++) \
    kernel(__VA_ARGS__)

DEVICE int32_t dot4(int32_t a, int32_t b, int32_t sum) {
    for (int i = 0; i < 4; i++) {
        sum += static_cast<int8_t>(static_cast<uint32_t>(a) >> (8 * i)) *
               static_cast<int8_t>(static_cast<uint32_t>(b) >> (8 * i));
    }
    return sum;
}

inline bool deviceThere() {
    return true;
}
inline void* deviceAllocate(size_t bytes) {
    return calloc(bytes, 1);
}
inline void deviceFree(void* memory) {
    free(memory);
}
inline bool toDevice(void* to, const void* from, size_t bytes) {
    if (bytes != 0) {
        memcpy(to, from, bytes);
    }
    return true;
}
inline bool fromDevice(void* to, const void* from, size_t bytes) {
    if (bytes != 0) {
        memcpy(to, from, bytes);
    }
    return true;
}
inline bool launched() {
    return true;
}

#endif

}  // namespace codelength

#endif
