// What the kernels reach on this machine, in one run: each path's peak in registers only, the products of every matrix of a
// model against it, and whole passes by kind. Weights are random in the shapes of `base` and SmolLM2-135M.
//
//   kernel_bench [path,…]      the paths to measure, all that this processor has by default
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <time.h>

#include "../test/plain.h"

namespace {

// Work of this thread alone is timed by the processor time that it took, so that other programs disturb less; work of several
// threads by the clock on the wall.
enum class Clock { kThread, kWall };

double now(Clock clock) {
    timespec time;
    clock_gettime(clock == Clock::kThread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC, &time);
    return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

// Seconds of one call: the best of five rounds of at least 20 ms, since what disturbs only ever makes it slower.
template <class Work>
double secondsOf(Work work, Clock clock = Clock::kThread) {
    work();
    double best = 1e9;
    for (int round = 0; round < 5; round++) {
        int calls = 0;
        double begun = now(clock);
        double passed = 0;
        do {
            work();
            calls++;
            passed = now(clock) - begun;
        } while (passed < 0.02);
        best = passed / calls < best ? passed / calls : best;
    }
    return best;
}

struct Shape {
    const char* name;
    int sizes[9];
    int bits;
};

// hidden, layers, heads, key-value heads, head dimension, feed-forward, positions, symbols, head rows
const Shape kBase = {"base", {256, 6, 4, 2, 64, 768, 1024, 8192, 8192}, 15};
const Shape kSmol = {"smollm2-135m", {576, 30, 9, 3, 64, 1536, 1024, 49152, 49152}, 15};

// The widths that the importer chooses: 15 bits for down, 8 for all else.
plain::Model modelOf(const Shape& shape) {
    plain::Model m = plain::makeModel(shape.sizes, 8, 1);
    for (plain::Layer& layer : m.parts) {
        layer.down.bits = shape.bits;
    }
    return m;
}

void products(const std::string& path, double peak, const plain::Model& m) {
    const plain::Layer& layer = m.parts[0];
    struct Named {
        const char* name;
        const plain::Matrix* matrix;
    };
    for (const Named& named : {Named{"query", &layer.query}, {"key", &layer.key}, {"output", &layer.output},
                               {"gate", &layer.gate}, {"down", &layer.down}, {"head", &m.head}}) {
        const plain::Matrix& matrix = *named.matrix;
        std::printf("    %-7s %6d x %5d, %2d bits:", named.name, matrix.rows, matrix.columns, matrix.bits);
        for (int rows : {1, 4, 16, 64}) {
            double operations = cl_speed_product(path.c_str(), matrix.rows, matrix.columns, matrix.bits, rows);
            std::printf("  %2d rows %5.0f GOPS %3.0f %%", rows, operations * 1e-9, 100 * operations / peak);
        }
        std::printf("\n");
    }
}

// A loaded model with streams that stand at one position.
class Bench {
public:
    Bench(const plain::Model& m, const std::string& path, int threads, int streamCount)
        : m_(m), model_(plain::load(m, path.c_str(), threads)), clock_(threads == 1 ? Clock::kThread : Clock::kWall) {
        for (int i = 0; i < streamCount; i++) {
            streams_.push_back(cl_stream_open(model_, m.positions));
        }
    }
    ~Bench() {
        for (cl_stream* stream : streams_) {
            cl_stream_close(stream);
        }
        cl_model_free(model_);
    }
    Bench(const Bench&) = delete;

    // Every stream reads one symbol at this position, again and again: time does not depend on what the cache holds.
    double step(int position, bool wanted) {
        std::vector<int32_t> positions(streams_.size(), position), symbols;
        std::vector<uint8_t> wants(streams_.size(), wanted ? 1 : 0);
        for (size_t i = 0; i < streams_.size(); i++) {
            symbols.push_back(static_cast<int32_t>(i * 97 % static_cast<size_t>(m_.symbols)));
        }
        return secondsOf([&] {
            for (size_t from = 0; from < streams_.size(); from += CL_ROWS_MAX) {
                size_t count = std::min<size_t>(CL_ROWS_MAX, streams_.size() - from);
                cl_read(model_, static_cast<int>(count), &streams_[from], &positions[from], &symbols[from], &wants[from]);
            }
        }, clock_);
    }

    // One stream reads this many symbols from its beginning.
    double prefill(int length) {
        return secondsOf([&] {
            for (int from = 0; from < length; from += CL_ROWS_MAX) {
                cl_stream* streams[CL_ROWS_MAX];
                int32_t positions[CL_ROWS_MAX], symbols[CL_ROWS_MAX];
                uint8_t wanted[CL_ROWS_MAX];
                int count = std::min<int>(CL_ROWS_MAX, length - from);
                for (int i = 0; i < count; i++) {
                    streams[i] = streams_[0];
                    positions[i] = from + i;
                    symbols[i] = (from + i) * 31 % m_.symbols;
                    wanted[i] = 1;
                }
                cl_read(model_, count, streams, positions, symbols, wanted);
            }
        }, clock_);
    }

private:
    const plain::Model& m_;
    cl_model* model_;
    const Clock clock_;
    std::vector<cl_stream*> streams_;
};

void passes(const plain::Model& m, const std::string& path) {
    for (int threads : {1, 2}) {
        std::printf("    %d thread%s:", threads, threads == 1 ? " " : "s");
        for (int streams : {1, 8, 32, 64}) {
            Bench bench(m, path, threads, streams);
            std::printf("  %d streams %.0f tokens/s", streams, streams / bench.step(512, true));
        }
        Bench bench(m, path, threads, 1);
        std::printf("  prefill of 1023: %.0f tokens/s\n", 1023 / bench.prefill(1023));
    }
    // How a token's time divides, on one thread with 32 streams: what each part adds.
    Bench bench(m, path, 1, 32);
    double near = bench.step(0, false) / 32 * 1e6;
    double half = bench.step(511, false) / 32 * 1e6;
    double far = bench.step(1023, false) / 32 * 1e6;
    double all = bench.step(511, true) / 32 * 1e6;
    std::printf(
        "    a token of 32, one thread: layers %.1f us, attention to 512 positions %.1f us, to 1024 %.1f us, head and "
        "frequencies %.1f us; at 512: %.1f us\n",
        near, half - near, far - near, all - half, all);
}

}  // namespace

int main(int count, char** arguments) {
    std::vector<std::string> names;
    std::string all = count > 1 ? arguments[1] : cl_paths();
    for (size_t from = 0; from <= all.size();) {
        size_t to = std::min(all.find(',', from), all.size());
        names.push_back(all.substr(from, to - from));
        from = to + 1;
    }
    std::printf("reading memory on one thread: %.1f GB/s\n", cl_speed_memory() * 1e-9);
    for (const Shape* shape : {&kBase, &kSmol}) {
        plain::Model m = modelOf(*shape);
        for (const std::string& name : names) {
            double peak = cl_speed_peak(name.c_str());
            if (peak == 0) {
                std::fprintf(stderr, "no path %s here; there are %s\n", name.c_str(), cl_paths());
                return 2;
            }
            std::printf("%s, %s: %.0f GOPS at most on one thread\n", shape->name, name.c_str(), peak * 1e-9);
            products(name, peak, m);
            passes(m, name);
            std::fflush(stdout);
        }
    }
    return 0;
}
