package io.codelength.mix;

import io.codelength.token.Vocabulary;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A vocabulary as a binary tree: the bridge from frequencies of symbols to decisions about bits ({@code docs/mixing.md},
 * "From tokens to bits"). Symbols are in byte order, so every inner node is an interval of symbols that share their first
 * bits, cut in two at its {@link #split}:
 *
 * <ul>
 *   <li>where the next bit differs, into the symbols whose bit is 0 and those whose bit is 1;
 *   <li>at the end of a byte, where one symbol ends and others go on, into that one symbol ("stop") and all others ("go
 *       on"). The symbol that ends sorts first, so this too is a cut.
 * </ul>
 *
 * Bits that all symbols of an interval share make no node: nothing needs to be said about them. A tree of n symbols has
 * n − 1 inner nodes, and the probabilities along the path to a symbol multiply to the symbol's own, whatever the frequencies
 * are. Immutable.
 */
public final class SpellingTree {
    /** {@link #decision} of a node that decides whether the symbol ends here. */
    public static final int STOP = 8;

    private final int symbolCount;
    private final int[] split; // [nodes]
    private final int[] bytesBefore; // [nodes]
    private final byte[] decision; // [nodes], 0 to 7 or STOP
    private final int[] lower; // [nodes], a node, or ~symbol
    private final int[] upper; // [nodes]
    private final int root;

    /** @param vocabulary at least one symbol */
    public SpellingTree(Vocabulary vocabulary) {
        symbolCount = vocabulary.size();
        int nodes = symbolCount - 1;
        split = new int[nodes];
        bytesBefore = new int[nodes];
        decision = new byte[nodes];
        lower = new int[nodes];
        upper = new int[nodes];
        byte[][] spellings = new byte[symbolCount][];
        for (int symbol = 0; symbol < symbolCount; symbol++) {
            spellings[symbol] = vocabulary.spelling(symbol);
        }
        root = nodes == 0 ? ~0 : 0;
        build(spellings);
    }

    /** Intervals are cut in two until one symbol is left, with a stack of our own: hostile vocabularies are deep. */
    private void build(byte[][] spellings) {
        record Interval(int first, int end, int parent, boolean isUpper) {}
        Deque<Interval> waiting = new ArrayDeque<>();
        waiting.push(new Interval(0, symbolCount, -1, false));
        int built = 0;
        while (!waiting.isEmpty()) {
            Interval interval = waiting.pop();
            boolean isLeaf = interval.end - interval.first == 1;
            int reference = isLeaf ? ~interval.first : built;
            if (interval.parent >= 0) {
                (interval.isUpper ? upper : lower)[interval.parent] = reference;
            }
            if (!isLeaf) {
                int node = built++;
                decide(node, spellings, interval.first, interval.end);
                waiting.push(new Interval(split[node], interval.end, node, true));
                waiting.push(new Interval(interval.first, split[node], node, false));
            }
        }
    }

    /**
     * What cuts the symbols [first, end). Since they are sorted, what the first and the last of them share, all share; and
     * only the first of them can be what all of them begin with.
     */
    private void decide(int node, byte[][] spellings, int first, int end) {
        byte[] lowest = spellings[first];
        byte[] highest = spellings[end - 1];
        int shared = 0;
        while (shared < lowest.length && lowest[shared] == highest[shared]) {
            shared++;
        }
        bytesBefore[node] = shared;
        if (shared == lowest.length) {
            decision[node] = STOP;
            split[node] = first + 1;
        } else {
            int difference = (lowest[shared] ^ highest[shared]) & 0xff;
            int bit = Integer.numberOfLeadingZeros(difference) - 24;
            decision[node] = (byte) bit;
            split[node] = firstWithBit(spellings, first, end, shared, 0x80 >>> bit);
        }
    }

    private static int firstWithBit(byte[][] spellings, int first, int end, int index, int mask) {
        int low = first;
        int high = end - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if ((spellings[middle][index] & mask) == 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Number of symbols. */
    public int symbolCount() {
        return symbolCount;
    }

    /** Where every walk begins: a node, or the complement of the only symbol. */
    public int root() {
        return root;
    }

    /** The first symbol of the node's upper half: those whose bit is 1, or that go on. */
    public int split(int node) {
        return split[node];
    }

    /** Bytes that all symbols of the node share. */
    public int bytesBefore(int node) {
        return bytesBefore[node];
    }

    /** Which bit of the next byte the node decides, 0 for the most significant to 7; or {@link #STOP}. */
    public int decision(int node) {
        return decision[node];
    }

    /** The lower half, bit 0 or stop: a node, or the complement of the only symbol in it. */
    public int lower(int node) {
        return lower[node];
    }

    /** The upper half, bit 1 or go on: a node, or the complement of the only symbol in it. */
    public int upper(int node) {
        return upper[node];
    }
}
