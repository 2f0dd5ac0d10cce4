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

// One value in all lanes, as an operation with zeros that changes no value, not even −0: compilers make one instruction of it,
// where of a loop over the lanes they make as many.
static inline F all(float x) {
    return x - F{};
}

static inline I all(int32_t x) {
    return x + I{};
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

// --- exponentials, in three steps over a stretch of lanes: decayIndex with storeIndices; lookUp; decayed where they are used

// The indices of decay(octaves).
static inline I decayIndex(F octaves) {
    return rint22(smaller(octaves, all(static_cast<float>(kLast))));
}

static inline void storeIndices(Scratch& scratch, int at, I index) {
    using Narrow = int16_t __attribute__((vector_size(W * 2)));
    store(scratch.indices.data() + at, __builtin_convertvector(index & all(kSteps - 1), Narrow));
    store(scratch.octaves.data() + at, __builtin_convertvector(index >> 10, Narrow));
}

// Mantissas by index: single loads beat gather instructions on the processors we have, and nowhere lose much.
static inline void lookUp(const uint32_t* mantissas, const Scratch& scratch, int32_t* to, int count) {
    const int16_t* index = scratch.indices.data();
    for (int i = 0; i < count; i += 4) {
        uint32_t a = mantissas[index[i]];
        uint32_t b = mantissas[index[i + 1]];
        uint32_t c = mantissas[index[i + 2]];
        uint32_t d = mantissas[index[i + 3]];
        to[i] = static_cast<int32_t>(a);
        to[i + 1] = static_cast<int32_t>(b);
        to[i + 2] = static_cast<int32_t>(c);
        to[i + 3] = static_cast<int32_t>(d);
    }
}

// Exponentials of mantissas: those of lanes whose mantissa was made 0 are 0.
static inline I decayed(const Scratch& scratch, const int32_t* mantissas, int at) {
    using U = uint32_t __attribute__((vector_size(4 * W)));
    using Narrow = int16_t __attribute__((vector_size(W * 2)));
    U octave = reinterpret_cast<U>(__builtin_convertvector(load<Narrow>(scratch.octaves.data() + at), I));
    U one = reinterpret_cast<U>(all(1));
    return reinterpret_cast<I>((load<U>(mantissas) + (one << octave)) >> (octave + one));
}
