// A few threads that work on one job together and meet at barriers. A job of a small model lasts a millisecond and its
// phases tens of microseconds, so waiting spins first, yields then, and sleeps only between jobs.
#ifndef CODELENGTH_POOL_H
#define CODELENGTH_POOL_H

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

namespace codelength {

class Pool {
public:
    // A job is called once on every thread with that thread's number; 0 is the caller of run.
    using Job = void (*)(void* context, int thread);

    explicit Pool(int threads);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    int threads() const { return static_cast<int>(helpers_.size()) + 1; }

    // Returns when the job has ended on every thread. One caller at a time.
    void run(Job job, void* context);

    // Every thread of the job waits here until all have come; what they wrote before is seen by all behind it.
    void meet();

private:
    void help(int thread);

    std::vector<std::thread> helpers_;
    std::mutex mutex_;
    std::condition_variable wake_;
    std::atomic<unsigned> jobs_{0};
    std::atomic<int> unfinished_{0};
    std::atomic<int> arrived_{0};
    std::atomic<unsigned> meetings_{0};
    std::atomic<bool> closing_{false};
    int sleeping_ = 0;
    Job job_ = nullptr;
    void* context_ = nullptr;
};

}  // namespace codelength

#endif
