// The kernels of a pass: numeric profile 1 from the definitions of profile1.h, blocks of 128 threads.
//
// Mathematics: docs/arithmetic.md. Sums are sums of integers and maxima are exact, so the order in which threads meet does
// not matter; every rounded operation is one function of profile1.h, computed by one thread.
//
// Plain version: kernels/test/plain.h, which tests hold these bodies to, bit for bit.
#ifndef CODELENGTH_CUDA_PASS_H
#define CODELENGTH_CUDA_PASS_H

#include "../profile1.h"
#include "device.h"

namespace codelength {

// Rows that a thread of a product computes at once, so that each word of weights is read once for all of them.
constexpr int kProductRows = 8;
constexpr int kHeadMax = 1024;

// One symbol at one position of one stream; `window` positions fit the stream's cache.
struct Row {
    uint8_t* cache;
    int32_t window;
    int32_t position;
    int32_t symbol;
    int32_t pad;
};

// Weights as [groups of 4 input channels][rows, rounded up to whole blocks] words.
struct Matrix {
    int32_t* words;
    float* scales;
    int rows;
    int columns;
    int bits;
};

// Quantised rows: [rows][2 limbs][words]; one limb, the second, where activations have 8 bits.
struct Activations {
    int32_t* words;
    float* scales;
    int stride;  // words of one limb
};

// Where one key-value head's part of a stream lies: keys [words of a key][window], values [window][head dimension].
struct Cache {
    size_t keyWords, values, keyScales, valueScales, bytes;
    CL_PROFILE Cache(int window, int dimension) {
        keyWords = static_cast<size_t>((dimension + 3) / 4);
        values = keyWords * 4 * static_cast<size_t>(window);
        keyScales = values + (static_cast<size_t>(window) * static_cast<size_t>(dimension) + 15) / 16 * 16;
        valueScales = keyScales + static_cast<size_t>(window) * 4;
        bytes = (valueScales + static_cast<size_t>(window) * 4 + 15) / 16 * 16;
    }
};

// --- what all threads of a block make together of what each left in shared memory

template <typename T>
DEVICE T blockSum(T* each) {
    BARRIER();
    for (int half = kThreads / 2; half > 0; half /= 2) {
        FOR_THREADS(t) {
            if (t < half) {
                each[t] += each[t + half];
            }
        }
        BARRIER();
    }
    T all = each[0];
    BARRIER();
    return all;
}

template <typename T>
DEVICE T blockMax(T* each) {
    BARRIER();
    for (int half = kThreads / 2; half > 0; half /= 2) {
        FOR_THREADS(t) {
            if (t < half && each[t + half] > each[t]) {
                each[t] = each[t + half];
            }
        }
        BARRIER();
    }
    T all = each[0];
    BARRIER();
    return all;
}

DEVICE float blockMagnitude(const float* x, int count, int32_t* each) {
    FOR_THREADS(t) {
        int32_t most = 0;
        for (int i = t; i < count; i += kThreads) {
            int32_t m = profile1::magnitudeBits(x[i]);
            most = m > most ? m : most;
        }
        each[t] = most;
    }
    return profile1::fromBits(blockMax(each));
}

DEVICE int32_t packed(const int8_t* q) {
    return static_cast<int32_t>(
        static_cast<uint32_t>(static_cast<uint8_t>(q[0])) | static_cast<uint32_t>(static_cast<uint8_t>(q[1])) << 8 |
        static_cast<uint32_t>(static_cast<uint8_t>(q[2])) << 16 | static_cast<uint32_t>(static_cast<uint8_t>(q[3])) << 24);
}

// --- kernels

// Block (·, row): x = float(weight) · scale.
KERNEL embed(const Row* rows, const int8_t* weights, const float* scales, int hidden, float* residual) {
    const int row = BLOCK_Y;
    const int symbol = rows[row].symbol;
    FOR_THREADS(t) {
        int i = BLOCK_X * kThreads + t;
        if (i < hidden) {
            residual[static_cast<size_t>(row) * hidden + i] =
                profile1::embedded(weights[static_cast<size_t>(symbol) * hidden + i], scales[symbol]);
        }
    }
}

// Block (row): integers and scale of a row of `in`; the scale carries the norm's factor where `norm` is set. `map` says which
// row of `in` each one is, null for the same.
KERNEL quantise(const float* in, int count, int bits, int norm, double epsilon, const int32_t* map, Activations out) {
    SHARED int32_t each[kThreads];
    SHARED int64_t squares[kThreads];
    const int row = BLOCK_X;
    const float* x = in + static_cast<size_t>(map == nullptr ? row : map[row]) * count;
    float magnitude = blockMagnitude(x, count, each);
    const bool zero = magnitude < profile1::kTiny;
    float s = profile1::quantisationScale(magnitude, bits == 15 ? profile1::kLargest15 : profile1::kLargest8);
    float factor = 1.0f;
    if (norm != 0) {
        float s2 = profile1::quantisationScale(magnitude, profile1::kLargestNorm);
        FOR_THREADS(t) {
            int64_t sum = 0;
            for (int i = t; i < count && !zero; i += kThreads) {
                int64_t q = profile1::quantised(x[i], s2);
                sum += q * q;
            }
            squares[t] = sum;
        }
        factor = profile1::normFactor(blockSum(squares), s2, count, epsilon);
    }
    int32_t* high = out.words + static_cast<size_t>(row) * 2 * out.stride;
    int32_t* low = high + out.stride;
    FOR_THREADS(t) {
        for (int word = t; word < (count + 3) / 4; word += kThreads) {
            int8_t hi[4];
            int8_t lo[4];
            for (int k = 0; k < 4; k++) {
                int i = 4 * word + k;
                int32_t q = zero || i >= count ? 0 : profile1::quantised(x[i], s);
                hi[k] = static_cast<int8_t>(bits == 15 ? profile1::highLimb(q) : 0);
                lo[k] = static_cast<int8_t>(bits == 15 ? profile1::lowLimb(q) : q);
            }
            high[word] = packed(hi);
            low[word] = packed(lo);
        }
        if (t == 0) {
            out.scales[row] = norm != 0 ? s * factor : s;
        }
    }
}

// Block (128 output channels, 8 rows): out = float(sum) · (s · scale), added to what is there where `add` is set. A sum of a
// limb is at most 65,536 · 127², inside int32; limbs are joined in int64.
KERNEL product(Matrix m, Activations in, int rowCount, int add, float* out, int outStride) {
    const int stride = (m.rows + kThreads - 1) / kThreads * kThreads;
    const int groups = (m.columns + 3) / 4;
    const int first = BLOCK_Y * kProductRows;
    FOR_THREADS(t) {
        const int channel = BLOCK_X * kThreads + t;
        int32_t high[kProductRows] = {};
        int32_t low[kProductRows] = {};
        const int32_t* weights = m.words + channel;
        const int32_t* q = in.words + static_cast<size_t>(first) * 2 * in.stride;
        for (int g = 0; g < groups; g++) {
            const int32_t w = weights[static_cast<size_t>(g) * stride];
            for (int r = 0; r < kProductRows; r++) {
                if (first + r < rowCount) {
                    const int32_t* limb = q + static_cast<size_t>(r) * 2 * in.stride + g;
                    low[r] = dot4(w, limb[in.stride], low[r]);
                    if (m.bits == 15) {
                        high[r] = dot4(w, limb[0], high[r]);
                    }
                }
            }
        }
        for (int r = 0; r < kProductRows; r++) {
            if (channel < m.rows && first + r < rowCount) {
                int64_t sum = static_cast<int64_t>(high[r]) * 128 + low[r];
                float y = profile1::linearOutput(sum, in.scales[first + r], m.scales[channel]);
                float* to = out + static_cast<size_t>(first + r) * outStride + channel;
                *to = add != 0 ? *to + y : y;
            }
        }
    }
}

// Block (part, row), parts being query heads, then key heads, then value heads: rotates queries and keys by position,
// quantises, and puts keys and values into the stream's cache.
KERNEL store(
    const Row* rows, int layer, int heads, int keyValueHeads, int d, const float* query, const float* key, const float* value,
    const float* cosines, const float* sines, int32_t* queryWords, float* queryScales) {
    SHARED float x[kHeadMax];
    SHARED int32_t each[kThreads];
    const Row row = rows[BLOCK_Y];
    const int part = BLOCK_X;
    const int half = d / 2;
    const bool isQuery = part < heads;
    const bool isKey = !isQuery && part < heads + keyValueHeads;
    const int head = isQuery ? part : isKey ? part - heads : part - heads - keyValueHeads;
    const float* from = (isQuery ? query : isKey ? key : value) +
                        (static_cast<size_t>(BLOCK_Y) * (isQuery ? heads : keyValueHeads) + head) * d;
    const float* c = cosines + static_cast<size_t>(row.position) * half;
    const float* s = sines + static_cast<size_t>(row.position) * half;
    FOR_THREADS(t) {
        for (int i = t; i < half; i += kThreads) {
            float first = from[i];
            float second = from[half + i];
            x[i] = isQuery || isKey ? profile1::rotatedFirst(first, second, c[i], s[i]) : first;
            x[half + i] = isQuery || isKey ? profile1::rotatedSecond(first, second, c[i], s[i]) : second;
        }
    }
    BARRIER();
    float magnitude = blockMagnitude(x, d, each);
    const bool zero = magnitude < profile1::kTiny;
    float scale = profile1::quantisationScale(magnitude, profile1::kLargest8);
    const Cache layout(row.window, d);
    const int words = static_cast<int>(layout.keyWords);
    uint8_t* cache = row.cache + (static_cast<size_t>(layer) * keyValueHeads + head) * layout.bytes;
    FOR_THREADS(t) {
        for (int word = t; word < words; word += kThreads) {
            int8_t q[4];
            for (int k = 0; k < 4; k++) {
                int i = 4 * word + k;
                q[k] = static_cast<int8_t>(zero || i >= d ? 0 : profile1::quantised(x[i], scale));
            }
            if (isQuery) {
                queryWords[(static_cast<size_t>(BLOCK_Y) * heads + head) * words + word] = packed(q);
            } else if (isKey) {
                reinterpret_cast<int32_t*>(cache)[static_cast<size_t>(word) * row.window + row.position] = packed(q);
            } else {
                for (int k = 0; k < 4 && 4 * word + k < d; k++) {
                    cache[layout.values + static_cast<size_t>(row.position) * d + 4 * word + k] = static_cast<uint8_t>(q[k]);
                }
            }
        }
        if (t == 0) {
            if (isQuery) {
                queryScales[BLOCK_Y * heads + head] = scale;
            } else {
                float* scales = reinterpret_cast<float*>(cache + (isKey ? layout.keyScales : layout.valueScales));
                scales[row.position] = scale;
            }
        }
    }
}

// Block (head, row): attention of one query over the positions of its stream up to its own. `scratch` is
// [rows, heads, positions]: scores, then weights.
KERNEL attend(
    const Row* rows, int layer, int heads, int keyValueHeads, int d, int positions, float scoreScale, const int32_t* exp2,
    const int32_t* queryWords, const float* queryScales, float* scratch, float* out) {
    SHARED float each[kThreads];
    SHARED int64_t sums[kThreads];
    SHARED int32_t dots[kThreads];
    const Row row = rows[BLOCK_Y];
    const int head = BLOCK_X;
    const int n = row.position + 1;
    const Cache layout(row.window, d);
    const int words = static_cast<int>(layout.keyWords);
    const size_t which = static_cast<size_t>(BLOCK_Y) * heads + head;
    const uint8_t* cache =
        row.cache + (static_cast<size_t>(layer) * keyValueHeads + head / (heads / keyValueHeads)) * layout.bytes;
    const int32_t* keys = reinterpret_cast<const int32_t*>(cache);
    const int8_t* values = reinterpret_cast<const int8_t*>(cache + layout.values);
    const float* keyScales = reinterpret_cast<const float*>(cache + layout.keyScales);
    const float* valueScales = reinterpret_cast<const float*>(cache + layout.valueScales);
    const int32_t* q = queryWords + which * words;
    const float queryScale = queryScales[which] * scoreScale;
    float* w = scratch + which * positions;
    FOR_THREADS(t) {
        float most = -3.402823466e38f;
        for (int j = t; j < n; j += kThreads) {
            int32_t dot = 0;
            for (int k = 0; k < words; k++) {
                dot = dot4(q[k], keys[static_cast<size_t>(k) * row.window + j], dot);
            }
            w[j] = profile1::score(dot, queryScale, keyScales[j]);
            most = w[j] > most ? w[j] : most;
        }
        each[t] = most;
    }
    const float max = blockMax(each);
    FOR_THREADS(t) {
        int64_t sum = 0;
        float heaviest = 0;
        for (int j = t; j < n; j += kThreads) {
            int32_t e = profile1::decay(exp2, max - w[j]);
            sum += e;
            w[j] = profile1::weighed(e, valueScales[j]);
            heaviest = w[j] > heaviest ? w[j] : heaviest;
        }
        sums[t] = sum;
        each[t] = heaviest;
    }
    const int64_t total = blockSum(sums);
    const float weightScale = profile1::weightScale(blockMax(each));
    const float scale = profile1::attendedScale(weightScale, total);
    // Threads divide the channels, and the positions too where there are fewer channels than threads.
    const int span = d < kThreads ? d : kThreads;
    const int parts = kThreads / span;
    for (int from = 0; from < d; from += span) {
        FOR_THREADS(t) {
            const int channel = from + t % span;
            int32_t sum = 0;
            if (t < parts * span && channel < d) {
                for (int j = t / span; j < n; j += parts) {
                    sum += profile1::quantisedWeight(w[j], weightScale) * values[static_cast<size_t>(j) * d + channel];
                }
            }
            dots[t] = sum;
        }
        BARRIER();
        FOR_THREADS(t) {
            if (t < span && from + t < d) {
                int32_t sum = 0;
                for (int part = 0; part < parts; part++) {
                    sum += dots[part * span + t];
                }
                out[which * d + from + t] = static_cast<float>(sum) * scale;
            }
        }
        BARRIER();
    }
}

// Block (·): gate = (gate · sigmoid(gate)) · up.
KERNEL activate(const int32_t* exp2, float* gate, const float* up, int count) {
    FOR_THREADS(t) {
        int i = BLOCK_X * kThreads + t;
        if (i < count) {
            gate[i] = profile1::gated(exp2, gate[i], up[i]);
        }
    }
}

// Block (wanted row): logits become exponentials, zeros behind the last, and sums before every block of 128 of them.
KERNEL exponentiate(const int32_t* exp2, const float* logits, int count, int stride, int32_t* exponentials, int64_t* sums) {
    SHARED float each[kThreads];
    const float* t0 = logits + static_cast<size_t>(BLOCK_X) * stride;
    int32_t* e = exponentials + static_cast<size_t>(BLOCK_X) * stride;
    const int blocks = stride / profile1::kFrequencyBlock;
    int64_t* before = sums + static_cast<size_t>(BLOCK_X) * (blocks + 1);
    FOR_THREADS(t) {
        float most = -3.402823466e38f;
        for (int i = t; i < count; i += kThreads) {
            most = t0[i] > most ? t0[i] : most;
        }
        each[t] = most;
    }
    const float max = blockMax(each);
    FOR_THREADS(t) {
        for (int i = t; i < stride; i += kThreads) {
            e[i] = i < count ? profile1::decay(exp2, max - t0[i]) : 0;
        }
    }
    BARRIER();
    FOR_THREADS(t) {
        for (int block = t; block < blocks; block += kThreads) {
            int64_t sum = 0;
            for (int i = 0; i < profile1::kFrequencyBlock; i++) {
                sum += e[block * profile1::kFrequencyBlock + i];
            }
            before[block + 1] = sum;
        }
    }
    BARRIER();
    FOR_THREADS(t) {
        if (t == 0) {
            before[0] = 0;
            for (int block = 0; block < blocks; block++) {
                before[block + 1] += before[block];
            }
        }
    }
}

}  // namespace codelength

#endif
