#include "pool.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace codelength {
namespace {

// About 20 µs, then 100 µs of giving the processor away.
constexpr int kSpins = 1000;
constexpr int kYields = 100;

inline void relax() {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

inline void wait(int round) {
    if (round < kSpins) {
        relax();
    } else {
        std::this_thread::yield();
    }
}

}  // namespace

Pool::Pool(int threads) {
    helpers_.reserve(static_cast<size_t>(threads) - 1);
    for (int thread = 1; thread < threads; thread++) {
        helpers_.emplace_back(&Pool::help, this, thread);
    }
}

Pool::~Pool() {
    {
        std::lock_guard<std::mutex> lock(mutex_);
        closing_ = true;
    }
    wake_.notify_all();
    for (std::thread& helper : helpers_) {
        helper.join();
    }
}

void Pool::run(Job job, void* context) {
    if (helpers_.empty()) {
        job(context, 0);
        return;
    }
    job_ = job;
    context_ = context;
    unfinished_.store(static_cast<int>(helpers_.size()), std::memory_order_relaxed);
    bool asleep;
    {
        std::lock_guard<std::mutex> lock(mutex_);
        jobs_.fetch_add(1, std::memory_order_release);
        asleep = sleeping_ > 0;
    }
    if (asleep) {
        wake_.notify_all();
    }
    job(context, 0);
    for (int round = 0; unfinished_.load(std::memory_order_acquire) > 0; round++) {
        wait(round);
    }
}

void Pool::meet() {
    int all = threads();
    if (all == 1) {
        return;
    }
    unsigned meeting = meetings_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == all) {
        arrived_.store(0, std::memory_order_relaxed);
        meetings_.store(meeting + 1, std::memory_order_release);
        return;
    }
    for (int round = 0; meetings_.load(std::memory_order_acquire) == meeting; round++) {
        wait(round);
    }
}

void Pool::help(int thread) {
    unsigned done = 0;
    int round = 0;
    while (true) {
        if (closing_.load(std::memory_order_acquire)) {
            return;
        }
        if (jobs_.load(std::memory_order_acquire) != done) {
            done++;
            job_(context_, thread);
            unfinished_.fetch_sub(1, std::memory_order_acq_rel);
            round = 0;
        } else if (round < kSpins + kYields) {
            wait(round++);
        } else {
            std::unique_lock<std::mutex> lock(mutex_);
            sleeping_++;
            wake_.wait(lock, [&] { return closing_ || jobs_.load(std::memory_order_acquire) != done; });
            sleeping_--;
            round = 0;
        }
    }
}

}  // namespace codelength
