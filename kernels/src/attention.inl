// Attention of integer queries over an integer cache.
//
// Mathematics, for one query q (head h of one row) that sees positions j = 0 … n − 1:
//   t_j = fl(float(q · k_j) · fl(queryScale · ks_j));  e_j = EXP2[min(rint(max t − t_j), last)]
//   w_j = fl(float(e_j) · vs_j);  ps = fl(max w / 255);  p_j = rint(fl(w_j / ps))
//   out_c = fl(float(Σ_j p_j · v_j,c) · float(double(ps) / double(Σ e)))
//
// Plain version: the functions of profile1.h in loops, in the tests.
//
// Fast version: up to 8 queries that share keys (the heads of a group, and rows of one stream in a prefill) go together, so
// that each vector of keys or values is loaded once for all. Keys lie in blocks of 16 positions, so that a lane is a position:
//   keys    [positions / 16][channels / group][16][group]
//   values  [positions / group][channels][group]
// 127 · 255 a position keeps p · v below 2^31 up to 66,000 positions.

// Keys and values of many streams do not fit the caches: while one stream's are multiplied, those that the next unit of work
// needs are asked for, `ahead` bytes further. An address that is none does no harm.

constexpr int kKeyVectors = kKeyBlock / W;

static inline void fetchAhead(const void* at, ptrdiff_t ahead) {
    if (ahead != 0) {
        __builtin_prefetch(reinterpret_cast<const void*>(reinterpret_cast<uintptr_t>(at) + static_cast<uintptr_t>(ahead)), 0, 2);
    }
}

// Products of Q queries with B blocks of keys, as scores.
template <int Q, int B>
static inline void scoreBlocks(
    const uint8_t* keys, const float* keyScales, int groups, const Activation* const* queries, const int32_t* begin,
    const float* queryScales, float* scores, size_t stride, ptrdiff_t ahead) {
    I sums[Q][B * kKeyVectors];
    for (int q = 0; q < Q; q++) {
        for (int v = 0; v < B * kKeyVectors; v++) {
            sums[q][v] = all(begin[q]);
        }
    }
    size_t blockBytes = static_cast<size_t>(groups) * kKeyBlock * kGroup;
    for (int g = 0; g < groups; g++) {
        Weights k[B * kKeyVectors];
#pragma GCC unroll 8
        for (int b = 0; b < B; b++) {
            fetchAhead(keys + b * blockBytes + static_cast<size_t>(g) * kKeyBlock * kGroup, ahead);
#pragma GCC unroll 8
            for (int v = 0; v < kKeyVectors; v++) {
                k[b * kKeyVectors + v] = loadWeights(reinterpret_cast<const int8_t*>(
                    keys + b * blockBytes + (static_cast<size_t>(g) * kKeyVectors + v) * (W * kGroup)));
            }
        }
#pragma GCC unroll 8
        for (int q = 0; q < Q; q++) {
            I input = broadcast(queries[q] + g * kGroup);
#pragma GCC unroll 8
            for (int v = 0; v < B * kKeyVectors; v++) {
                sums[q][v] = dotKeys(sums[q][v], k[v], input);
            }
        }
    }
#pragma GCC unroll 8
    for (int v = 0; v < B * kKeyVectors; v++) {
        F scales = load<F>(keyScales + v * W);
#pragma GCC unroll 8
        for (int q = 0; q < Q; q++) {
            store(scores + q * stride + v * W, floatOf(sums[q][v]) * (all(queryScales[q]) * scales));
        }
    }
}

// Blocks of keys that keep eight sums in flight, as the latency of a dot product asks for; windows are whole multiples.
template <int Q>
constexpr int keyBlocks() {
    return Q * kKeyVectors >= 8 ? 1 : Q * kKeyVectors >= 4 ? 2 : 4;
}

template <int Q>
static void scoreQueries(
    const uint8_t* keys, const float* keyScales, int groups, int positions, const Activation* const* queries,
    const int32_t* begin, const float* queryScales, float* scores, size_t stride, ptrdiff_t ahead) {
    constexpr int B = keyBlocks<Q>();
    size_t blockBytes = static_cast<size_t>(groups) * kKeyBlock * kGroup;
    for (int j = 0; j < positions; j += B * kKeyBlock) {
        scoreBlocks<Q, B>(
            keys + j / kKeyBlock * blockBytes, keyScales + j, groups, queries, begin, queryScales, scores + j, stride,
            ahead);
    }
}

// Scores of n positions to weights 0 … 255, zeros behind them up to a whole block; returns the scale of what they weigh.
static inline float weighPositions(
    const DecayTable& table, float* scores, int n, const float* valueScales, Activation* weights, Scratch& scratch) {
    int whole = n / W * W;
    int padded = static_cast<int>(roundUp(static_cast<size_t>(n), kKeyBlock));
    F most = all(scores[0]);
    int j = 0;
    for (; j < whole; j += W) {
        most = larger(most, load<F>(scores + j));
    }
    float max = largest(most);
    for (; j < n; j++) {
        max = scores[j] > max ? scores[j] : max;
    }
    // Positions that are not seen must have a score too; what comes of it is made 0 below.
    for (; j < padded; j++) {
        scores[j] = max;
    }
    F maxes = all(max);
    WideSum sum;
    F heaviest = {};
    auto weigh = [&](int i, I e) {
        sum.add(e);
        F w = floatOf(e) * load<F>(valueScales + i);
        store(scores + i, w);
        heaviest = larger(heaviest, w);
    };
    decays(
        table, scratch, padded, [&](int i) { return maxes - load<F>(scores + i); },
        [&](int i, I e) { weigh(i, i < whole ? e : e & firstLanes(n - i)); });
    float ps = weightScale(largest(heaviest));
    F divisor = all(ps);
    for (j = 0; j < padded; j += W) {
        storeActivations(weights + j, rint22(load<F>(scores + j) / divisor));
    }
    return attendedScale(ps, sum.total());
}

// Sums of weighted values: Q queries, V vectors of channels.
template <int Q, int V>
static inline void weighValues(
    const uint8_t* values, int channels, int positions, const Activation* weights, size_t weightStride,
    const float* scales, float* const* out, ptrdiff_t ahead) {
    I sums[Q][V];
    for (int q = 0; q < Q; q++) {
        for (int v = 0; v < V; v++) {
            sums[q][v] = all(0);
        }
    }
    for (int j = 0; j < positions; j += kGroup) {
        const int8_t* from = reinterpret_cast<const int8_t*>(values) + static_cast<size_t>(j) * channels;
        Weights w[V];
        for (int line = 0; line < V * W * kGroup; line += static_cast<int>(kLine)) {
            fetchAhead(from + line, ahead);
        }
#pragma GCC unroll 8
        for (int v = 0; v < V; v++) {
            w[v] = loadWeights(from + v * (W * kGroup));
        }
#pragma GCC unroll 8
        for (int q = 0; q < Q; q++) {
            I p = broadcast(weights + q * weightStride + j);
#pragma GCC unroll 8
            for (int v = 0; v < V; v++) {
                sums[q][v] = dotValues(sums[q][v], p, w[v]);
            }
        }
    }
    for (int q = 0; q < Q; q++) {
        for (int v = 0; v < V; v++) {
            store(out[q] + v * W, floatOf(sums[q][v]) * all(scales[q]));
        }
    }
}

template <int Q>
static void weighQueries(
    const uint8_t* values, int channels, int positions, const Activation* weights, size_t weightStride,
    const float* scales, float* const* out, ptrdiff_t ahead) {
    constexpr int V = kValueVectors;
    float* to[Q];
    int c = 0;
    for (; c + V * W <= channels; c += V * W) {
        for (int q = 0; q < Q; q++) {
            to[q] = out[q] + c;
        }
        weighValues<Q, V>(
            values + static_cast<size_t>(c) * kGroup, channels, positions, weights, weightStride, scales, to,
            ahead);
    }
    for (; c < channels; c += W) {
        for (int q = 0; q < Q; q++) {
            to[q] = out[q] + c;
        }
        weighValues<Q, 1>(
            values + static_cast<size_t>(c) * kGroup, channels, positions, weights, weightStride, scales, to,
            ahead);
    }
}

// Q queries of one key-value head that see at most `most` positions. outputs: [queries, value channels].
template <int Q>
static void attendQueries(
    const Model& model, const CacheLayout& layout, const uint8_t* cache, const Activation* const* queries,
    const int32_t* begin, const float* queryScales, const int* seen, int most, float* outputs, Scratch& scratch,
    ptrdiff_t ahead) {
    const float* keyScales = reinterpret_cast<const float*>(cache + layout.keyScales);
    const float* valueScales = reinterpret_cast<const float*>(cache + layout.valueScales);
    size_t stride = scratch.scores.size() / kQueriesMax;
    Activation* weights = reinterpret_cast<Activation*>(scratch.weights.data());
    scoreQueries<Q>(
        cache, keyScales, layout.keyChannels / kGroup, most, queries, begin, queryScales, scratch.scores.data(), stride,
        ahead);
    float scales[Q];
    float* out[Q];
    int padded = static_cast<int>(roundUp(static_cast<size_t>(most), kKeyBlock));
    for (int q = 0; q < Q; q++) {
        Activation* row = weights + q * stride;
        scales[q] = weighPositions(
            model.decayTable, scratch.scores.data() + q * stride, seen[q], valueScales, row, scratch);
        int done = static_cast<int>(roundUp(static_cast<size_t>(seen[q]), kKeyBlock));
        memset(row + done, 0, static_cast<size_t>(padded - done) * sizeof(Activation));
        out[q] = outputs + static_cast<size_t>(q) * layout.valueChannels;
    }
    weighQueries<Q>(cache + layout.values, layout.valueChannels, padded, weights, stride, scales, out, ahead);
}

template <int Q>
static inline void attendSome(
    int count, const Model& model, const CacheLayout& layout, const uint8_t* cache, const Activation* const* queries,
    const int32_t* begin, const float* queryScales, const int* seen, int most, float* outputs, Scratch& scratch,
    ptrdiff_t ahead) {
    if constexpr (Q > 0) {
        if (count == Q) {
            attendQueries<Q>(model, layout, cache, queries, begin, queryScales, seen, most, outputs, scratch, ahead);
        } else {
            attendSome<Q - 1>(count, model, layout, cache, queries, begin, queryScales, seen, most, outputs, scratch, ahead);
        }
    }
}

// One head's vector, rounded up with zeros in `head`, quantised.
static inline float quantiseHead(const float* head, int channels, I* q) {
    float m = rowMagnitude(head, channels);
    float s = quantisationScale(m, kLargest8);
    F divisor = all(s);
    for (int i = 0; i < channels; i += W) {
        q[i / W] = m < kTiny ? all(0) : rint22(load<F>(head + i) / divisor);
    }
    return s;
}

static inline void rotate(const Model& model, const float* x, int position, float* to) {
    int half = model.shape.headDimension / 2;
    const float* cosines = model.cosines.data() + static_cast<size_t>(position) * half;
    const float* sines = model.sines.data() + static_cast<size_t>(position) * half;
    for (int i = 0; i < half; i++) {
        float first = x[i];
        float second = x[half + i];
        to[i] = rotatedFirst(first, second, cosines[i], sines[i]);
        to[half + i] = rotatedSecond(first, second, cosines[i], sines[i]);
    }
}
