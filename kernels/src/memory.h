// Arrays that begin on a cache line and are followed by one, so that vector loads may reach over their end.
#ifndef CODELENGTH_MEMORY_H
#define CODELENGTH_MEMORY_H

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace codelength {

constexpr size_t kLine = 64;

inline size_t roundUp(size_t value, size_t step) {
    return (value + step - 1) / step * step;
}

// Zeroed; throws std::bad_alloc.
template <class T>
class Array {
public:
    Array() = default;
    explicit Array(size_t count) : count_(count) {
        size_t bytes = roundUp(count * sizeof(T) + kLine, kLine);
        data_ = static_cast<T*>(std::aligned_alloc(kLine, bytes));
        if (data_ == nullptr) {
            throw std::bad_alloc();
        }
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
