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

static inline I laneNumbers() {
    I v;
    for (int i = 0; i < W; i++) {
        v[i] = i;
    }
    return v;
}

// Over all lanes, in log2(W) steps: each lane meets the one half as far away as before.
template <class V, class Join>
static inline V joinLanes(V v, Join join) {
#if defined(__clang__)
    for (int i = 1; i < W; i++) {
        v[0] = join(v, V{} + v[i])[0];
    }
#else
    for (int apart = W / 2; apart > 0; apart /= 2) {
        v = join(v, __builtin_shuffle(v, laneNumbers() ^ all(apart)));
    }
#endif
    return v;
}

static inline float largest(F v) {
    return joinLanes(v, [](F a, F b) { return larger(a, b); })[0];
}

static inline int32_t largest(I v) {
    return joinLanes(v, [](I a, I b) { return larger(a, b); })[0];
}

// Lanes before `count` are all ones, the others zero.
static inline I firstLanes(int count) {
    return laneNumbers() < all(count);
}

// A sum of integers of at least 0 in lanes of 64 bits: those at even places and those at odd ones.
struct WideSum {
    using U64 = uint64_t __attribute__((vector_size(4 * W)));
    U64 even = {};
    U64 odd = {};
    void add(I v) {
        U64 pairs = reinterpret_cast<U64>(v);
        even += pairs & (U64{} + 0xffffffffu);
        odd += pairs >> 32;
    }
    int64_t total() const {
        U64 both = even + odd;
        uint64_t sum = 0;
        for (int i = 0; i < W / 2; i++) {
            sum += both[i];
        }
        return static_cast<int64_t>(sum);
    }
};

// Narrows lanes to the type of activations.
static inline void storeActivations(Activation* to, I v) {
    using Narrow = Activation __attribute__((vector_size(W * sizeof(Activation))));
    store(to, __builtin_convertvector(v, Narrow));
}

// The indices of decay(octaves).
static inline I decayIndex(F octaves) {
    return rint22(smaller(octaves, all(static_cast<float>(kLast))));
}
