#include "pool.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace codelength {
namespace {

// To fall asleep and be woken takes some 10 to 50 µs of two processors. Threads that are at work meet within 20 µs; from one
// job to the next the caller codes symbols, which takes longer.
constexpr int kSpinsToMeet = 1000;
constexpr int kSpinsBetweenJobs = 3000;

// Whoever is waited for may have been given the same processor as the one that waits, though another is idle: until the system
// has noticed, each lets the other go on.
constexpr int kSpinsToYield = 50;

inline void relax() {
#if defined(__x86_64__)
    _mm_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

}  // namespace

// A sleeper says that it sleeps before it looks for the last time, and a ringer makes the change before it looks whether
// anybody sleeps, both sequentially consistent: at least one of them sees the other. A ringer that saw a sleeper takes the
// mutex, which the sleeper holds from its last look until it sleeps, so the bell is not rung in between. Changes are made by
// operations that read as well: QEMU's translation of aarch64 lets a load pass a store before it, though both are sequentially
// consistent, and then neither sees the other.
template <class Changed>
void Pool::await(Bell& bell, int spins, Changed changed) {
    for (int spin = 0; spin < spins; spin++) {
        if (changed()) {
            return;
        }
        relax();
        if (spin % kSpinsToYield == kSpinsToYield - 1) {
            std::this_thread::yield();
        }
    }
    std::unique_lock<std::mutex> lock(bell.mutex);
    bell.sleeping.fetch_add(1);
    bell.rung.wait(lock, changed);
    bell.sleeping.fetch_sub(1);
}

void Pool::ring(Bell& bell) {
    if (bell.sleeping.load() > 0) {
        { std::lock_guard<std::mutex> lock(bell.mutex); }
        bell.rung.notify_all();
    }
}

Pool::Pool(int threads) {
    helpers_.reserve(static_cast<size_t>(threads) - 1);
    for (int thread = 1; thread < threads; thread++) {
        helpers_.emplace_back(&Pool::help, this, thread);
    }
}

Pool::~Pool() {
    closing_.exchange(true);
    ring(begun_);
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
    jobs_.fetch_add(1);
    ring(begun_);
    job(context, 0);
    await(ended_, kSpinsToMeet, [this] { return unfinished_.load() == 0; });
}

void Pool::meet() {
    int all = threads();
    if (all == 1) {
        return;
    }
    unsigned meeting = meetings_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == all) {
        arrived_.store(0, std::memory_order_relaxed);
        meetings_.fetch_add(1);
        ring(met_);
        return;
    }
    await(met_, kSpinsToMeet, [this, meeting] { return meetings_.load() != meeting; });
}

void Pool::help(int thread) {
    for (unsigned done = 0;; done++) {
        await(begun_, kSpinsBetweenJobs, [this, done] { return closing_.load() || jobs_.load() != done; });
        if (closing_.load()) {
            return;
        }
        job_(context_, thread);
        if (unfinished_.fetch_sub(1) == 1) {
            ring(ended_);
        }
    }
}

}  // namespace codelength
