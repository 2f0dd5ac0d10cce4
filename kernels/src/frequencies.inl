// Logits to integer frequencies.
//
// Mathematics: e_r = EXP2[min(rint(fl(max t − t_r)), last)] for every row r of the head; a symbol's frequency is the sum over
// its rows. Sums before every block of 128 rows let a reader find a symbol, or the sum before it, without prefix sums.
//
// Plain version: decay() of profile1.h in a loop, in the tests.

// In place: float logits become int32 exponentials. `rows` logits, `stride` a multiple of the block.
static inline void makeExponentials(const uint32_t* mantissas, int32_t* row, int rows, int stride, int64_t* sums, Scratch& scratch) {
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
    // What stands behind the last row must be an index too; it is made 0 below.
    for (i = rows; i < stride; i++) {
        memcpy(logits + i, &max, sizeof max);
    }
    F maxes = all(max);
    int64_t before = 0;
    int block = 0;
    for (int from = 0; from < stride; from += kFrequencyBlock, block++) {
        for (int j = 0; j < kFrequencyBlock; j += W) {
            storeIndices(scratch, j, decayIndex(maxes - load<F>(logits + from + j)));
        }
        lookUp(mantissas, scratch, row + from, kFrequencyBlock);
        for (int j = rows - from < kFrequencyBlock ? rows - from : kFrequencyBlock; j < kFrequencyBlock; j++) {
            row[from + j] = 0;
        }
        WideSum sum;
        for (int j = 0; j < kFrequencyBlock; j += W) {
            I e = decayed(scratch, row + from + j, j);
            store(row + from + j, e);
            sum.add(e);
        }
        sums[block] = before;
        before += sum.total();
    }
    sums[block] = before;
}
