// Arrays that begin on a cache line and are followed by one, so that vector loads may reach over their end.
#ifndef CODELENGTH_MEMORY_H
#define CODELENGTH_MEMORY_H

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

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
constexpr size_t kOwnRegion = size_t{1} << 17;
constexpr size_t kPage = 4096;

inline size_t allocatedBytes(size_t bytes) {
    size_t lines = roundUp(bytes + kLine, kLine);
    return lines < kLargeArray ? lines : roundUp(lines, kHugePage);
}

// Zeroed memory that begins on a page, or on a huge one, and goes back to the system when its owner ends: an allocator would
// keep it, in pieces. What nobody has written to takes none. Throws std::bad_alloc.
class Region {
public:
    Region() = default;
    Region(size_t bytes, bool huge) {
        size_t alignment = huge ? kHugePage : kPage;
#if defined(__linux__)
        bytes_ = huge ? bytes + kHugePage : bytes;
        memory_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory_ == MAP_FAILED) {
            memory_ = nullptr;
            throw std::bad_alloc();
        }
        data_ = reinterpret_cast<uint8_t*>(roundUp(reinterpret_cast<uintptr_t>(memory_), alignment));
#if defined(MADV_HUGEPAGE)
        if (huge) {  // only asks: what the system does not give stays as it is
            static_cast<void>(madvise(data_, bytes, MADV_HUGEPAGE));
        }
#endif
#else
        bytes_ = roundUp(bytes, alignment);
        memory_ = std::aligned_alloc(alignment, bytes_);
        if (memory_ == nullptr) {
            throw std::bad_alloc();
        }
        std::memset(memory_, 0, bytes_);
        data_ = static_cast<uint8_t*>(memory_);
#endif
    }
    ~Region() {
        if (memory_ != nullptr) {
#if defined(__linux__)
            munmap(memory_, bytes_);
#else
            std::free(memory_);
#endif
        }
    }
    Region(Region&& other) noexcept { *this = std::move(other); }
    Region& operator=(Region&& other) noexcept {
        std::swap(memory_, other.memory_);
        std::swap(bytes_, other.bytes_);
        std::swap(data_, other.data_);
        return *this;
    }
    Region(const Region&) = delete;
    Region& operator=(const Region&) = delete;

    uint8_t* data() const { return data_; }

    // Has the system give the first bytes now and at once. What is read before it is written to is given twice otherwise, and the
    // second time stops all other processors for a moment. Only asks: an older system gives them as they are touched.
    void touch(size_t bytes) {
#if defined(__linux__)
        constexpr int kPopulateWrite = 23;  // MADV_POPULATE_WRITE, Linux 5.14
        static_cast<void>(madvise(data_, bytes, kPopulateWrite));
#else
        static_cast<void>(bytes);
#endif
    }

private:
    void* memory_ = nullptr;
    size_t bytes_ = 0;
    uint8_t* data_ = nullptr;
};

// Zeroed; throws std::bad_alloc.
template <class T>
class Array {
public:
    Array() = default;
    explicit Array(size_t count) : count_(count) {
        size_t bytes = allocatedBytes(count * sizeof(T));
        if (bytes >= kOwnRegion) {
            region_ = Region(bytes, bytes >= kLargeArray);
            data_ = reinterpret_cast<T*>(region_.data());
        } else {
            small_ = std::aligned_alloc(kLine, bytes);
            if (small_ == nullptr) {
                throw std::bad_alloc();
            }
            std::memset(small_, 0, bytes);
            data_ = static_cast<T*>(small_);
        }
    }
    ~Array() { std::free(small_); }
    Array(Array&& other) noexcept { *this = std::move(other); }
    Array& operator=(Array&& other) noexcept {
        std::swap(region_, other.region_);
        std::swap(small_, other.small_);
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
    Region region_;
    void* small_ = nullptr;
    T* data_ = nullptr;
    size_t count_ = 0;
};

}  // namespace codelength

#endif
