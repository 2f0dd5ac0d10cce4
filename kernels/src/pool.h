// A few threads that work on one job together and meet at barriers. A job of a small model lasts a millisecond and its
// phases tens of microseconds, so who waits spins for about as long as it takes to fall asleep and be woken; whoever is
// waited for longer than that has lost its processor to other work, and gets it back sooner if the others sleep.
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

    // A place to wait at for a change of a number. Whoever changes the number wakes those who sleep there, if any.
    struct Bell {
        std::mutex mutex;
        std::condition_variable rung;
        std::atomic<int> sleeping{0};
    };

    template <class Changed>
    static void await(Bell& bell, int spins, Changed changed);
    static void ring(Bell& bell);

    std::vector<std::thread> helpers_;
    Bell begun_;
    Bell ended_;
    Bell met_;
    std::atomic<unsigned> jobs_{0};
    std::atomic<int> unfinished_{0};
    std::atomic<int> arrived_{0};
    std::atomic<unsigned> meetings_{0};
    std::atomic<bool> closing_{false};
    Job job_ = nullptr;
    void* context_ = nullptr;
};

}  // namespace codelength

#endif
