package io.codelength.coding;

/** Intervals in the order in which one range coder takes them. Not thread-safe. */
public final class IntervalSequence {
    private final long[] below;
    private final long[] frequency;
    private final long[] total;
    private int count;

    /** @param most how many will be added at most */
    public IntervalSequence(int most) {
        below = new long[most];
        frequency = new long[most];
        total = new long[most];
    }

    /**
     * Adds an interval, as {@link RangeEncoder#encode} takes it.
     *
     * @throws IllegalArgumentException if it is not inside the total
     */
    public void add(long intervalBelow, long intervalFrequency, long intervalTotal) {
        RangeEncoder.requireInterval(intervalBelow, intervalFrequency, intervalTotal);
        below[count] = intervalBelow;
        frequency[count] = intervalFrequency;
        total[count] = intervalTotal;
        count++;
    }

    public int count() {
        return count;
    }

    /** Copies all intervals to [from, from + count) of three arrays. */
    public void copyTo(long[] belows, long[] frequencies, long[] totals, int from) {
        System.arraycopy(below, 0, belows, from, count);
        System.arraycopy(frequency, 0, frequencies, from, count);
        System.arraycopy(total, 0, totals, from, count);
    }

    /** What a range coder writes of them. */
    public byte[] encode() {
        RangeEncoder coder = new RangeEncoder();
        for (int i = 0; i < count; i++) {
            coder.encode(below[i], frequency[i], total[i]);
        }
        return coder.finish();
    }
}
