package io.codelength.mix;

/** Which lane each position of the history belongs to, and how far each is known. The prior, if any, is a lane of its own. */
final class HistoryLanes {
    private final int[] starts; // [lanes + 1]; the last is the history's length
    private final int[] known; // [lanes] end of what is known of each

    /** @param starts ascending; of all lanes, then the end of the last */
    HistoryLanes(int[] starts) {
        this.starts = starts;
        known = new int[starts.length - 1];
        System.arraycopy(starts, 0, known, 0, known.length);
    }

    int laneOf(int position) {
        int low = 0;
        int high = starts.length - 1;
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (starts[middle] <= position) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    int start(int lane) {
        return starts[lane];
    }

    /** Behind the last byte of the lane that is known. */
    int known(int lane) {
        return known[lane];
    }

    void setKnown(int lane, int end) {
        known[lane] = end;
    }
}
