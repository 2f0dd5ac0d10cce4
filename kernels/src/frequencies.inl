// Logits to integer frequencies.
//
// Mathematics: e_r = EXP2[min(rint(fl(max t − t_r)), last)] for every row r of the head; a symbol's frequency is the sum over
// its rows. Sums before every block of 128 rows let a reader find a symbol, or the sum before it, without prefix sums.
//
// Plain version: decay() of profile1.h in a loop, in the tests.

// In place: float logits become int32 exponentials. `rows` logits in whole blocks of `places` in all.
static inline void makeExponentials(
    const DecayTable& table, int32_t* row, int rows, int places, int64_t* sums, Scratch& scratch) {
    float* logits = reinterpret_cast<float*>(row);
    int whole = rows / W * W;
    F most = all(load<F>(logits)[0]);
    int i = 0;
    for (; i < whole; i += W) {
        most = larger(most, load<F>(logits + i));
    }
    float max = largest(most);
    for (; i < rows; i++) {
        float t;
        memcpy(&t, logits + i, sizeof t);
        max = t > max ? t : max;
    }
    // Behind the last row there must be a logit too; what comes of it is made 0 below.
    for (i = rows; i < places; i++) {
        memcpy(logits + i, &max, sizeof max);
    }
    F maxes = all(max);
    int64_t before = 0;
    int block = 0;
    for (int from = 0; from < places; from += kFrequencyBlock, block++) {
        WideSum sum;
        auto octaves = [&](int j) { return maxes - load<F>(logits + from + j); };
        decays(table, scratch, kFrequencyBlock, octaves, [&](int j, I e) {
            I seen = from + j < whole ? e : e & firstLanes(rows - from - j);
            store(row + from + j, seen);
            sum.add(seen);
        });
        sums[block] = before;
        before += sum.total();
    }
    sums[block] = before;
}
