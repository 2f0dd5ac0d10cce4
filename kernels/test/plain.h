// Numeric profile 1 as docs/arithmetic.md writes it, one position at a time, every loop in the open: what the kernels are
// held to. Shares nothing with them but the scalar definitions of profile1.h.
#ifndef CODELENGTH_TEST_PLAIN_H
#define CODELENGTH_TEST_PLAIN_H

#include <cmath>
#include <cstdint>
#include <vector>

#include "../codelength_kernels.h"
#include "../profile1.h"

namespace plain {

namespace p1 = codelength::profile1;

struct Random {
    uint64_t state;
    uint32_t next() {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        return static_cast<uint32_t>(state >> 33);
    }
    int below(int limit) { return static_cast<int>(next() % static_cast<uint32_t>(limit)); }
    float unit() { return static_cast<float>(next()) / 2147483648.0f; }
};

struct Matrix {
    int rows = 0;
    int columns = 0;
    int bits = 8;
    std::vector<int8_t> values;
    std::vector<float> scales;
};

struct Layer {
    Matrix query, key, value, output, gate, up, down;
};

struct Model {
    int hidden, layers, heads, keyValueHeads, headDimension, feedForward, positions, symbols, headRows;
    double epsilon = 1e-5;
    float scoreScale = 0;
    std::vector<int32_t> exp2 = {};
    std::vector<float> cosines = {}, sines = {};
    Matrix embedding = {}, head = {};
    std::vector<Layer> parts = {};
};

inline std::vector<int32_t> table() {
    std::vector<int32_t> t(p1::kEntries);
    for (int i = 0; i < p1::kEntries; i++) {
        // No entry is nearer to a tie than 1.6e-6, far more than float64's error here.
        t[i] = static_cast<int32_t>(std::rint(std::ldexp(std::exp2(-(i % 1024) / 1024.0), 30 - i / 1024)));
    }
    return t;
}

enum class Weights { kScattered, kExtreme };

inline Matrix makeMatrix(Random& random, int rows, int columns, float size, int bits, Weights kind) {
    Matrix m;
    m.rows = rows;
    m.columns = columns;
    m.bits = bits;
    m.values.resize(static_cast<size_t>(rows) * columns);
    for (int8_t& v : m.values) {
        v = static_cast<int8_t>(kind == Weights::kExtreme ? (random.below(50) == 0 ? -127 : 127) : random.below(255) - 127);
    }
    m.scales.resize(rows);
    float typical = kind == Weights::kExtreme ? 127.0f * columns : 73 * std::sqrt(static_cast<float>(columns));
    for (float& s : m.scales) {
        s = random.below(20) == 0 ? 0.0f : size * (0.5f + random.unit()) / typical;
    }
    return m;
}

// shape: hidden, layers, heads, key-value heads, head dimension, feed-forward, positions, symbols, head rows.
inline Model makeModel(const int (&shape)[9], int bits, uint64_t seed, Weights kind = Weights::kScattered) {
    Random random{seed};
    Model m{shape[0], shape[1], shape[2], shape[3], shape[4], shape[5], shape[6], shape[7], shape[8]};
    m.scoreScale = static_cast<float>(1024 * 0x1.71547652b82fep0 / std::sqrt(static_cast<double>(m.headDimension)));
    m.exp2 = table();
    int half = m.headDimension / 2;
    for (int i = 0; i < m.positions * half; i++) {
        double angle = (i / half) * std::pow(10000.0, -static_cast<double>(i % half) / half);
        m.cosines.push_back(static_cast<float>(std::cos(angle)));
        m.sines.push_back(static_cast<float>(std::sin(angle)));
    }
    m.embedding = makeMatrix(random, m.symbols, m.hidden, 3, 8, kind);
    int a = m.heads * m.headDimension, kv = m.keyValueHeads * m.headDimension;
    for (int layer = 0; layer < m.layers; layer++) {
        Layer l;
        int wide = bits == 15 ? 15 : 8;
        l.query = makeMatrix(random, a, m.hidden, 1, layer % 2 == 1 ? wide : 8, kind);
        l.key = makeMatrix(random, kv, m.hidden, 1, 8, kind);
        l.value = makeMatrix(random, kv, m.hidden, 1, layer % 2 == 1 ? wide : 8, kind);
        l.output = makeMatrix(random, m.hidden, a, 1, layer % 2 == 1 ? wide : 8, kind);
        l.gate = makeMatrix(random, m.feedForward, m.hidden, 1, 8, kind);
        l.up = makeMatrix(random, m.feedForward, m.hidden, 1, layer % 2 == 1 ? wide : 8, kind);
        l.down = makeMatrix(random, m.hidden, m.feedForward, 1, wide, kind);
        m.parts.push_back(l);
    }
    m.head = makeMatrix(random, m.headRows, m.hidden, 1477, 8, kind);
    return m;
}

struct Stream {
    struct Head {
        std::vector<int32_t> keys, values;
        std::vector<float> keyScales, valueScales;
    };
    std::vector<Head> heads;
    int position = 0;
    explicit Stream(const Model& m) : heads(static_cast<size_t>(m.layers * m.keyValueHeads)) {}
};

inline float quantise(const float* x, int count, int largest, std::vector<int32_t>& q) {
    int32_t most = 0;
    for (int i = 0; i < count; i++) {
        most = std::max(most, p1::magnitudeBits(x[i]));
    }
    float magnitude = p1::fromBits(most);
    float s = p1::quantisationScale(magnitude, largest);
    q.assign(static_cast<size_t>(count), 0);
    if (!(magnitude < p1::kTiny)) {
        for (int i = 0; i < count; i++) {
            q[static_cast<size_t>(i)] = p1::quantised(x[i], s);
        }
    }
    return s;
}

inline float normFactor(const std::vector<float>& x, double epsilon) {
    std::vector<int32_t> q;
    float s2 = quantise(x.data(), static_cast<int>(x.size()), p1::kLargestNorm, q);
    int64_t sum = 0;
    for (int32_t v : q) {
        sum += static_cast<int64_t>(v) * v;
    }
    return p1::normFactor(sum, s2, static_cast<int>(x.size()), epsilon);
}

inline std::vector<float> linear(const Matrix& m, const std::vector<int32_t>& q, float s) {
    std::vector<float> y(static_cast<size_t>(m.rows));
    for (int row = 0; row < m.rows; row++) {
        int64_t sum = 0;
        for (int k = 0; k < m.columns; k++) {
            sum += static_cast<int64_t>(m.values[static_cast<size_t>(row) * m.columns + k]) * q[static_cast<size_t>(k)];
        }
        y[static_cast<size_t>(row)] = p1::linearOutput(sum, s, m.scales[static_cast<size_t>(row)]);
    }
    return y;
}

inline std::vector<float> normed(const Matrix& m, const std::vector<float>& x, double epsilon) {
    std::vector<int32_t> q;
    float factor = normFactor(x, epsilon);
    float s = quantise(x.data(), static_cast<int>(x.size()), m.bits == 15 ? p1::kLargest15 : p1::kLargest8, q);
    return linear(m, q, s * factor);
}

inline void addLinear(const Matrix& m, const std::vector<float>& in, std::vector<float>& x) {
    std::vector<int32_t> q;
    float s = quantise(in.data(), static_cast<int>(in.size()), m.bits == 15 ? p1::kLargest15 : p1::kLargest8, q);
    std::vector<float> y = linear(m, q, s);
    for (size_t i = 0; i < x.size(); i++) {
        x[i] = x[i] + y[i];
    }
}

inline void rotate(const Model& m, float* x, int position) {
    int half = m.headDimension / 2;
    for (int i = 0; i < half; i++) {
        float c = m.cosines[static_cast<size_t>(position * half + i)];
        float s = m.sines[static_cast<size_t>(position * half + i)];
        float first = x[i], second = x[half + i];
        x[i] = p1::rotatedFirst(first, second, c, s);
        x[half + i] = p1::rotatedSecond(first, second, c, s);
    }
}

inline void attendHead(const Model& m, const Stream::Head& cache, float* query, int n, float* out) {
    int d = m.headDimension;
    std::vector<int32_t> q;
    float qs = quantise(query, d, 127, q) * m.scoreScale;
    std::vector<float> t(static_cast<size_t>(n)), w(static_cast<size_t>(n));
    float max = -INFINITY;
    for (int j = 0; j < n; j++) {
        int32_t sum = 0;
        for (int c = 0; c < d; c++) {
            sum += q[static_cast<size_t>(c)] * cache.keys[static_cast<size_t>(j * d + c)];
        }
        t[static_cast<size_t>(j)] = p1::score(sum, qs, cache.keyScales[static_cast<size_t>(j)]);
        max = std::max(max, t[static_cast<size_t>(j)]);
    }
    int64_t total = 0;
    float heaviest = 0;
    for (int j = 0; j < n; j++) {
        int32_t e = p1::decay(m.exp2.data(), max - t[static_cast<size_t>(j)]);
        total += e;
        w[static_cast<size_t>(j)] = p1::weighed(e, cache.valueScales[static_cast<size_t>(j)]);
        heaviest = std::max(heaviest, w[static_cast<size_t>(j)]);
    }
    float ps = p1::weightScale(heaviest);
    float scale = p1::attendedScale(ps, total);
    for (int c = 0; c < d; c++) {
        int32_t sum = 0;
        for (int j = 0; j < n; j++) {
            sum += p1::quantisedWeight(w[static_cast<size_t>(j)], ps) * cache.values[static_cast<size_t>(j * d + c)];
        }
        out[c] = static_cast<float>(sum) * scale;
    }
}

// The exponentials of all head rows behind this symbol.
inline std::vector<int32_t> read(const Model& m, Stream& stream, int symbol) {
    std::vector<float> x(static_cast<size_t>(m.hidden));
    for (int i = 0; i < m.hidden; i++) {
        x[static_cast<size_t>(i)] = p1::embedded(
            m.embedding.values[static_cast<size_t>(symbol) * m.hidden + i], m.embedding.scales[static_cast<size_t>(symbol)]);
    }
    int d = m.headDimension, group = m.heads / m.keyValueHeads;
    for (int index = 0; index < m.layers; index++) {
        const Layer& layer = m.parts[static_cast<size_t>(index)];
        std::vector<float> query = normed(layer.query, x, m.epsilon);
        std::vector<float> key = normed(layer.key, x, m.epsilon);
        std::vector<float> value = normed(layer.value, x, m.epsilon);
        std::vector<float> attended(query.size());
        for (int head = 0; head < m.keyValueHeads; head++) {
            Stream::Head& cache = stream.heads[static_cast<size_t>(index * m.keyValueHeads + head)];
            std::vector<int32_t> q;
            rotate(m, key.data() + head * d, stream.position);
            cache.keyScales.push_back(quantise(key.data() + head * d, d, 127, q));
            cache.keys.insert(cache.keys.end(), q.begin(), q.end());
            cache.valueScales.push_back(quantise(value.data() + head * d, d, 127, q));
            cache.values.insert(cache.values.end(), q.begin(), q.end());
            for (int h = head * group; h < (head + 1) * group; h++) {
                rotate(m, query.data() + h * d, stream.position);
                attendHead(m, cache, query.data() + h * d, stream.position + 1, attended.data() + h * d);
            }
        }
        addLinear(layer.output, attended, x);
        std::vector<float> gate = normed(layer.gate, x, m.epsilon);
        std::vector<float> up = normed(layer.up, x, m.epsilon);
        for (size_t i = 0; i < gate.size(); i++) {
            gate[i] = p1::gated(m.exp2.data(), gate[i], up[i]);
        }
        addLinear(layer.down, gate, x);
    }
    stream.position++;
    std::vector<float> logits = normed(m.head, x, m.epsilon);
    float max = logits[0];
    for (float t : logits) {
        max = std::max(max, t);
    }
    std::vector<int32_t> e;
    for (float t : logits) {
        e.push_back(p1::decay(m.exp2.data(), max - t));
    }
    return e;
}

// The same model in the kernels; null if they refuse it.
inline cl_model* load(const Model& m, const char* path, int threads) {
    int32_t shape[9] = {m.hidden, m.layers, m.heads, m.keyValueHeads, m.headDimension,
                        m.feedForward, m.positions, m.symbols, m.headRows};
    cl_model* model = cl_model_create(
        path, threads, shape, m.epsilon, m.scoreScale, m.exp2.data(), m.cosines.data(), m.sines.data());
    if (model == nullptr) {
        return nullptr;
    }
    auto give = [&](int kind, int layer, const Matrix& matrix) {
        return cl_model_matrix(
                   model, kind, layer, matrix.rows, matrix.columns, matrix.values.data(), matrix.scales.data(),
                   matrix.bits) == CL_OK;
    };
    bool taken = give(CL_EMBEDDING, 0, m.embedding) && give(CL_HEAD, 0, m.head);
    for (int i = 0; i < m.layers; i++) {
        const Layer& l = m.parts[static_cast<size_t>(i)];
        taken = taken && give(CL_QUERY, i, l.query) && give(CL_KEY, i, l.key) && give(CL_VALUE, i, l.value) &&
                give(CL_OUTPUT, i, l.output) && give(CL_GATE, i, l.gate) && give(CL_UP, i, l.up) &&
                give(CL_DOWN, i, l.down);
    }
    if (!taken) {
        cl_model_free(model);
        return nullptr;
    }
    return model;
}

}  // namespace plain

#endif
