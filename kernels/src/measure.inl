// What the benchmark measures beside whole passes: one product, and the most that the dot-product instruction can do.

static void multiplyAll(const Matrix& matrix, const Scratch& in, int rows, float* y, size_t stride) {
    multiply(matrix, 0, matrix.blocks, in, rows, {y, stride, false});
}

#if defined(__aarch64__)
#define CL_IN_REGISTER "+w"
#else
#define CL_IN_REGISTER "+v"
#endif

#if !defined(CL_TILES)
// Twelve chains of dot products hide the instruction's latency; nothing is loaded or stored between.
static double spin(int64_t steps) {
    constexpr int kChains = 12;
    Activation ones[W * kGroup];
    int8_t bytes[W * kGroup];
    for (int i = 0; i < W * kGroup; i++) {
        ones[i] = 1;
        bytes[i] = 1;
    }
    Weights w = loadWeights(bytes);
    I a = broadcast(ones);
    I sums[kChains];
    for (int i = 0; i < kChains; i++) {
        sums[i] = all(0);
    }
    for (int64_t step = 0; step < steps; step++) {
#pragma GCC unroll 12
        for (int i = 0; i < kChains; i++) {
            // The compiler must believe that the weights changed, or it multiplies once for all.
            __asm__ volatile("" : CL_IN_REGISTER(w));
            sums[i] = dot(sums[i], a, w);
        }
    }
    I sum = sums[0];
    for (int i = 1; i < kChains; i++) {
        sum += sums[i];
    }
    __asm__ volatile("" : : "m"(sum));
    return static_cast<double>(steps) * kChains * W * kGroup * 2;
}
#endif

#undef CL_IN_REGISTER
