// The same for eight lanes, with AVX2.

static inline I broadcast(const Activation* from) {
    int32_t inputs;
    memcpy(&inputs, from, sizeof inputs);
    return reinterpret_cast<I>(_mm256_set1_epi32(inputs));
}

static inline __m256d lowDoubles(I v) {
    return _mm256_cvtepi32_pd(_mm256_castsi256_si128(reinterpret_cast<__m256i>(v)));
}

static inline __m256d highDoubles(I v) {
    return _mm256_cvtepi32_pd(_mm256_extracti128_si256(reinterpret_cast<__m256i>(v), 1));
}

static inline F narrowed(__m256d low, __m256d high) {
    return reinterpret_cast<F>(_mm256_insertf128_ps(_mm256_castps128_ps256(_mm256_cvtpd_ps(low)), _mm256_cvtpd_ps(high), 1));
}

// float(128 · high + low), rounded once: the float64 sum is exact.
static inline F joinLimbs(I high, I low) {
    __m256d many = _mm256_set1_pd(128);
    return narrowed(
        _mm256_add_pd(_mm256_mul_pd(lowDoubles(high), many), lowDoubles(low)),
        _mm256_add_pd(_mm256_mul_pd(highDoubles(high), many), highDoubles(low)));
}

// float(numerator / (2^30 + e)) in float64.
static inline F sigmoidOf(I numerator, I e) {
    __m256d one = _mm256_set1_pd(kOne);
    return narrowed(
        _mm256_div_pd(lowDoubles(numerator), _mm256_add_pd(one, lowDoubles(e))),
        _mm256_div_pd(highDoubles(numerator), _mm256_add_pd(one, highDoubles(e))));
}
