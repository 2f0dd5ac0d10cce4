// Exponentials by loads from the table of mantissas, for paths whose registers do not hold it, in three steps over a stretch of
// lanes: indices; mantissas, one load each, since gather instructions are slower on the processors we have; exponentials.

static inline void loadMantissas(const DecayTable& table, const int16_t* index, int32_t* to, int count) {
    const uint32_t* mantissas = table.mantissas.data();
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

// Calls use(i, decay(octaves(i))) for i = 0, W, … below count, a multiple of W and of 4 that the scratch has room for.
template <class Octaves, class Use>
static inline void decays(const DecayTable& table, Scratch& scratch, int count, Octaves octaves, Use use) {
    using Narrow = int16_t __attribute__((vector_size(W * 2)));
    using U = uint32_t __attribute__((vector_size(4 * W)));
    int16_t* indices = scratch.indices.data();
    int16_t* shifts = scratch.octaves.data();
    int32_t* mantissas = scratch.exponentials.data();
    for (int i = 0; i < count; i += W) {
        I index = decayIndex(octaves(i));
        store(indices + i, __builtin_convertvector(index & all(kSteps - 1), Narrow));
        store(shifts + i, __builtin_convertvector(index >> 10, Narrow));
    }
    loadMantissas(table, indices, mantissas, count);
    for (int i = 0; i < count; i += W) {
        U octave = reinterpret_cast<U>(__builtin_convertvector(load<Narrow>(shifts + i), I));
        use(i, reinterpret_cast<I>(((load<U>(mantissas + i) >> octave) + 1u) >> 1));
    }
}
