package io.codelength.token;

import java.util.Arrays;
import java.util.List;

/**
 * Byte-pair merging: as long as a pair of neighbours can be merged, the one of the lowest rank is, the leftmost first.
 * Short texts are merged by looking for that pair again and again, long ones with a queue in O(n log n); both give the
 * same result. Immutable; what a merge needs beside it is in a {@link Scratch} that belongs to one thread.
 */
final class PairMerger {
    /** Where the queue begins to pay: measured on words of English text. */
    static final int PLAIN_MAX = 32;

    private static final int NONE = -1;
    private static final long EMPTY = -1;

    private final long[] pairs; // open addressing: left << 32 | right, or EMPTY
    private final int[] indexes; // [slots] into ranks and results
    private final int[] ranks; // [merges]
    private final int[] results; // [merges]

    PairMerger(List<Merge> merges) {
        int slots = Integer.highestOneBit(Math.max(8, merges.size())) * 4;
        pairs = new long[slots];
        indexes = new int[slots];
        Arrays.fill(pairs, EMPTY);
        ranks = new int[merges.size()];
        results = new int[merges.size()];
        for (int index = 0; index < merges.size(); index++) {
            Merge merge = merges.get(index);
            ranks[index] = merge.rank();
            results[index] = merge.result();
            long pair = pair(merge.left(), merge.right());
            int slot = slot(pair);
            while (pairs[slot] != EMPTY) {
                slot = (slot + 1) & (pairs.length - 1);
            }
            pairs[slot] = pair;
            indexes[slot] = index;
        }
    }

    /** What merging needs for a while: grows to the longest text seen. Not thread-safe. */
    static final class Scratch {
        private int[] merges = {}; // [positions] the merge of the unit here and the next, or NONE
        private int[] next = {};
        private int[] previous = {};
        private long[] queue = {}; // rank << 32 | position, a binary heap
        private int queued;

        private void reserve(int count) {
            if (merges.length < count) {
                merges = new int[count];
            }
        }

        private void reserveLinks(int count) {
            if (next.length < count) {
                next = new int[count];
                previous = new int[count];
                // Each pair enters once at first, and each merge makes at most two new ones.
                queue = new long[Math.multiplyExact(3, count)];
            }
            queued = 0;
        }

        private void push(long entry) {
            int child = queued++;
            while (child > 0) {
                int parent = (child - 1) >>> 1;
                if (queue[parent] <= entry) {
                    break;
                }
                queue[child] = queue[parent];
                child = parent;
            }
            queue[child] = entry;
        }

        private long pop() {
            long top = queue[0];
            long moved = queue[--queued];
            int parent = 0;
            for (int child = 1; child < queued; child = 2 * parent + 1) {
                if (child + 1 < queued && queue[child + 1] < queue[child]) {
                    child++;
                }
                if (queue[child] >= moved) {
                    break;
                }
                queue[parent] = queue[child];
                parent = child;
            }
            queue[parent] = moved;
            return top;
        }
    }

    /**
     * Merges {@code units[0, count)} in place.
     *
     * @return how many are left, from 0
     */
    int merge(int[] units, int count, Scratch scratch) {
        return count <= PLAIN_MAX ? mergePlainly(units, count, scratch) : mergeByQueue(units, count, scratch);
    }

    int mergePlainly(int[] units, int count, Scratch scratch) {
        scratch.reserve(count);
        int[] merges = scratch.merges;
        for (int at = 0; at + 1 < count; at++) {
            merges[at] = find(units[at], units[at + 1]);
        }
        int left = count;
        while (true) {
            int best = NONE;
            int bestRank = Integer.MAX_VALUE;
            for (int at = 0; at + 1 < left; at++) {
                if (merges[at] != NONE && ranks[merges[at]] < bestRank) {
                    best = at;
                    bestRank = ranks[merges[at]];
                }
            }
            if (best == NONE) {
                return left;
            }
            units[best] = results[merges[best]];
            System.arraycopy(units, best + 2, units, best + 1, left - best - 2);
            System.arraycopy(merges, best + 1, merges, best, left - best - 2);
            left--;
            if (best + 1 < left) {
                merges[best] = find(units[best], units[best + 1]);
            }
            if (best > 0) {
                merges[best - 1] = find(units[best - 1], units[best]);
            }
        }
    }

    int mergeByQueue(int[] units, int count, Scratch scratch) {
        scratch.reserve(count);
        scratch.reserveLinks(count);
        int[] next = scratch.next;
        int[] previous = scratch.previous;
        for (int at = 0; at < count; at++) {
            next[at] = at + 1;
            previous[at] = at - 1;
            look(units, at, count, scratch);
        }
        while (scratch.queued > 0) {
            long entry = scratch.pop();
            int at = (int) entry;
            int merge = scratch.merges[at];
            // An entry is stale when its unit went into another, or its pair is another by now. A pair of the same rank
            // that came later may take its place: it would be next anyway.
            if (merge == NONE || ranks[merge] != (int) (entry >>> 32)) {
                continue;
            }
            int gone = next[at];
            units[at] = results[merge];
            scratch.merges[gone] = NONE;
            next[at] = next[gone];
            if (next[at] < count) {
                previous[next[at]] = at;
            }
            look(units, at, count, scratch);
            if (previous[at] >= 0) {
                look(units, previous[at], count, scratch);
            }
        }
        int left = 0;
        for (int at = 0; at < count; at = next[at]) {
            units[left++] = units[at];
        }
        return left;
    }

    private void look(int[] units, int at, int count, Scratch scratch) {
        int right = scratch.next[at];
        int merge = right < count ? find(units[at], units[right]) : NONE;
        scratch.merges[at] = merge;
        if (merge != NONE) {
            scratch.push((long) ranks[merge] << 32 | at);
        }
    }

    private int find(int left, int right) {
        long pair = pair(left, right);
        for (int slot = slot(pair); pairs[slot] != EMPTY; slot = (slot + 1) & (pairs.length - 1)) {
            if (pairs[slot] == pair) {
                return indexes[slot];
            }
        }
        return NONE;
    }

    private static long pair(int left, int right) {
        return (long) left << 32 | right;
    }

    private int slot(long pair) {
        // Fibonacci hashing: the golden ratio of 2^64 spreads neighbouring ids.
        return (int) ((pair * 0x9E3779B97F4A7C15L) >>> 32) & (pairs.length - 1);
    }
}
