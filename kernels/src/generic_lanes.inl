// Conversions that no vector type has, lane by lane, for paths without instructions for them.

// float(128 · high + low), rounded once.
static inline F joinLimbs(I high, I low) {
    F v;
    for (int i = 0; i < W; i++) {
        v[i] = static_cast<float>(static_cast<int64_t>(high[i]) * 128 + low[i]);
    }
    return v;
}

// float(numerator / (2^30 + e)) in float64.
static inline F sigmoidOf(I numerator, I e) {
    F v;
    for (int i = 0; i < W; i++) {
        double one = kOne;
        v[i] = static_cast<float>(static_cast<double>(numerator[i]) / (one + static_cast<double>(e[i])));
    }
    return v;
}
