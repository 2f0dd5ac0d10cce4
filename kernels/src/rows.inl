// What is done to rows of float32 between the products.
//
// Mathematics: quantising q_i = rint(fl(x_i / s)), s = fl(max|x| / largest); norm factors; SwiGLU with the table of
// exponentials (profile1.h has each as one scalar function).
//
// Plain version: the functions of profile1.h in a loop; the tests hold these to it.
//
// Fast version: the same operations on W lanes. Division, addition and multiplication of lanes are correctly rounded one by
// one like the scalar ones, sums are of integers, maxima are exact: so the results are the same bits.

static inline float rowMagnitude(const float* x, int count) {
    I most = {};
    int i = 0;
    for (; i + W <= count; i += W) {
        most = larger(most, bitsOf(load<F>(x + i)) & all(0x7fffffff));
    }
    int32_t m = largest(most);
    for (; i < count; i++) {
        int32_t b = magnitudeBits(x[i]);
        m = b > m ? b : m;
    }
    return fromBits(m);
}

// One row of the scratch's activations from a row of floats, and its scale. Columns behind `count` may be anything: their
// weights are 0.
static inline float quantiseRow(const float* x, int count, bool fine, Scratch& to, int row) {
    bool limbs = fine && kLimbs;
    size_t stride = to.activationStride / sizeof(Activation);
    Activation* a = reinterpret_cast<Activation*>(to.activations.data()) + row * stride * (limbs ? 2 : 1);
    float m = rowMagnitude(x, count);
    float s = quantisationScale(m, fine ? kLargest15 : kLargest8);
    I bias = all(kBias);
    if (m < kTiny) {
        for (int i = 0; i < count; i += W) {
            storeActivations(a + i, bias);
            if (limbs) {
                storeActivations(a + stride + i, bias);
            }
        }
        return s;
    }
    F divisor = all(s);
    for (int i = 0; i < count; i += W) {
        I q = rint22(load<F>(x + i) / divisor);
        if (limbs) {
            I high = (q + ((q >> 31) & all(127))) >> 7;
            storeActivations(a + i, high + bias);
            storeActivations(a + stride + i, q - (high << 7) + bias);
        } else {
            storeActivations(a + i, q + bias);
        }
    }
    return s;
}

static inline float rowNormFactor(const float* x, int count, double epsilon) {
    float m = rowMagnitude(x, count);
    float s2 = quantisationScale(m, kLargestNorm);
    int64_t sum = 0;
    if (!(m < kTiny)) {
        WideSum squares;
        F divisor = all(s2);
        int i = 0;
        for (; i + W <= count; i += W) {
            I q = rint22(load<F>(x + i) / divisor);
            squares.add(q * q);
        }
        sum = squares.total();
        for (; i < count; i++) {
            int64_t q = quantised(x[i], s2);
            sum += q * q;
        }
    }
    return normFactor(sum, s2, count, epsilon);
}

// Norms and quantises rows for the layers that follow.
static inline void quantiseNormed(
    const float* x, size_t stride, int rows, int count, bool fine, const float* factors, Scratch& to) {
    for (int row = 0; row < rows; row++) {
        to.scales[row] = quantiseRow(x + row * stride, count, fine, to, row) * factors[row];
    }
}

static inline void quantiseRows(const float* x, size_t stride, int rows, int count, bool fine, Scratch& to) {
    for (int row = 0; row < rows; row++) {
        to.scales[row] = quantiseRow(x + row * stride, count, fine, to, row);
    }
}

// gated(gate, up) for `count` elements, a multiple of W.
static inline void gateRow(
    const DecayTable& table, const float* gate, const float* up, float* out, int count, Scratch& scratch) {
    auto octaves = [&](int i) {
        return reinterpret_cast<F>(bitsOf(load<F>(gate + i)) & all(0x7fffffff)) * all(kSiluScale);
    };
    decays(table, scratch, count, octaves, [&](int i, I e) {
        F g = load<F>(gate + i);
        F sigmoid = sigmoidOf(g >= all(0.0f) ? all(kOne) : e, e);
        store(out + i, g * sigmoid * load<F>(up + i));
    });
}

static inline void embedRow(const int8_t* weights, float scale, float* x, int count) {
    for (int i = 0; i < count; i++) {
        x[i] = embedded(weights[i], scale);
    }
}
