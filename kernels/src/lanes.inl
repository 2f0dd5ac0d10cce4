// Vectors of W float32 or int32 lanes, written with the compiler's vector types, so that one source serves every path. Each
// operation on a lane is the scalar operation of profile1.h, rounded alike; a path only chooses W and a few instructions.

using F = float __attribute__((vector_size(4 * W)));
using I = int32_t __attribute__((vector_size(4 * W)));

template <class V, class T>
static inline V load(const T* from) {
    V v;
    __builtin_memcpy(&v, from, sizeof v);
    return v;
}

template <class V, class T>
static inline void store(T* to, V v) {
    __builtin_memcpy(to, &v, sizeof v);
}

static inline F all(float x) {
    F v;
    for (int i = 0; i < W; i++) {
        v[i] = x;
    }
    return v;
}

static inline I all(int32_t x) {
    I v;
    for (int i = 0; i < W; i++) {
        v[i] = x;
    }
    return v;
}

static inline I bitsOf(F v) {
    return reinterpret_cast<I>(v);
}

static inline F floatOf(I v) {
    return __builtin_convertvector(v, F);
}

static inline I rint22(F v) {
    return bitsOf(v + all(kRounder)) - all(kRounderBits);
}

static inline F larger(F a, F b) {
    return a > b ? a : b;
}

static inline I larger(I a, I b) {
    return a > b ? a : b;
}

static inline F smaller(F a, F b) {
    return a < b ? a : b;
}

static inline float largest(F v) {
    float m = v[0];
    for (int i = 1; i < W; i++) {
        m = v[i] > m ? v[i] : m;
    }
    return m;
}

static inline int32_t largest(I v) {
    int32_t m = v[0];
    for (int i = 1; i < W; i++) {
        m = v[i] > m ? v[i] : m;
    }
    return m;
}

// Lanes before `count` are all ones, the others zero.
static inline I firstLanes(int count) {
    I v;
    for (int i = 0; i < W; i++) {
        v[i] = i < count ? -1 : 0;
    }
    return v;
}

// A sum of integers in 0 … 2^30, in two halves of 16 bits, so that lanes of 32 bits hold up to 32,768 of them each.
struct WideSum {
    I low = {};
    I high = {};
    void add(I v) {
        low += v & all(0xffff);
        high += v >> 16;
    }
    int64_t total() const {
        int64_t sum = 0;
        for (int i = 0; i < W; i++) {
            sum += static_cast<int64_t>(high[i]) * 65536 + static_cast<uint32_t>(low[i]);
        }
        return sum;
    }
};

// Narrows lanes to the type of activations.
static inline void storeActivations(Activation* to, I v) {
    using Narrow = Activation __attribute__((vector_size(W * sizeof(Activation))));
    store(to, __builtin_convertvector(v, Narrow));
}

static inline void storeIndices(int16_t* to, I v) {
    using Narrow = int16_t __attribute__((vector_size(W * 2)));
    store(to, __builtin_convertvector(v, Narrow));
}

// table[index]: single loads beat gather instructions on the processors we have (AMD Zen 4: 0.6 against 1.0 ns an element),
// and nowhere lose much.
static inline void lookUp(const int32_t* table, const int16_t* index, int32_t* to, int count) {
    for (int i = 0; i < count; i += 4) {
        int32_t a = table[index[i]];
        int32_t b = table[index[i + 1]];
        int32_t c = table[index[i + 2]];
        int32_t d = table[index[i + 3]];
        to[i] = a;
        to[i + 1] = b;
        to[i + 2] = c;
        to[i + 3] = d;
    }
}

// The indices of decay(octaves).
static inline I decayIndex(F octaves) {
    return rint22(smaller(octaves, all(static_cast<float>(kLast))));
}
