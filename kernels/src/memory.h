// Arrays that begin on a cache line and are followed by one, so that vector loads may reach over their end.
#ifndef CODELENGTH_MEMORY_H
#define CODELENGTH_MEMORY_H

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace codelength {

constexpr size_t kLine = 64;

inline size_t roundUp(size_t value, size_t step) {
    return (value + step - 1) / step * step;
}

// Caches of keys and values, and large matrices, are read faster from huge pages: fewer translations are looked up, and the
// processor reads ahead over 4 KB. They take whole pages of 2 MB; what is smaller than half of one does without.
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kLargeArray = size_t{1} << 20;

inline size_t allocatedBytes(size_t bytes) {
    size_t lines = roundUp(bytes + kLine, kLine);
    return lines < kLargeArray ? lines : roundUp(lines, kHugePage);
}

// Only asks: what the system does not give stays as it is.
inline void askForHugePages(void* data, size_t bytes) {
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (bytes >= kLargeArray) {
        static_cast<void>(madvise(data, bytes, MADV_HUGEPAGE));
    }
#else
    static_cast<void>(data);
    static_cast<void>(bytes);
#endif
}

// Zeroed; throws std::bad_alloc.
template <class T>
class Array {
public:
    Array() = default;
    explicit Array(size_t count) : count_(count) {
        size_t bytes = allocatedBytes(count * sizeof(T));
        size_t alignment = bytes < kLargeArray ? kLine : kHugePage;
        data_ = static_cast<T*>(std::aligned_alloc(alignment, bytes));
        if (data_ == nullptr) {
            throw std::bad_alloc();
        }
        askForHugePages(data_, bytes);
        std::memset(static_cast<void*>(data_), 0, bytes);
    }
    ~Array() { std::free(data_); }
    Array(Array&& other) noexcept : data_(other.data_), count_(other.count_) {
        other.data_ = nullptr;
        other.count_ = 0;
    }
    Array& operator=(Array&& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(count_, other.count_);
        return *this;
    }
    Array(const Array&) = delete;
    Array& operator=(const Array&) = delete;

    T* data() { return data_; }
    const T* data() const { return data_; }
    size_t size() const { return count_; }
    T& operator[](size_t i) { return data_[i]; }
    const T& operator[](size_t i) const { return data_[i]; }

private:
    T* data_ = nullptr;
    size_t count_ = 0;
};

}  // namespace codelength

#endif
