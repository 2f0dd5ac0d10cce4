package io.codelength.mix;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a context remembers of the bits that followed it, in one byte: the first four bits exactly, later the two counts and
 * the last bit. A count shrinks when the other bit comes, since what is recent says more ({@code docs/mixing.md},
 * "Counters"; after the states of Mahoney's PAQ).
 */
final class CounterStates {
    /** The state of a context that nothing followed yet. */
    static final int EMPTY = 0;

    private static final int HISTORY_BITS = 4;

    /** How many of the other bit are left of n, once it is contradicted. */
    private static final int[] DISCOUNTED = {0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 6, 6, 6, 6, 6, 7};

    /** The most of the larger count where the smaller one is 0, 1, … */
    private static final int[] LARGEST = {41, 30, 12, 6, 5, 5};

    /** Marks a state that no longer knows the order of its bits. */
    private static final int LONG = 99;

    /** Counts of zeros and ones, the bits in order (or the last one), and how many they are. */
    private record State(int zeros, int ones, int history, int length) {}

    private static final List<State> STATES = new ArrayList<>();
    private static final byte[] NEXT; // [2 · state + bit]

    static {
        Map<State, Integer> numbers = new HashMap<>();
        number(new State(0, 0, 0, 0), numbers);
        List<Integer> next = new ArrayList<>();
        for (int state = 0; state < STATES.size(); state++) {
            for (int bit = 0; bit < 2; bit++) {
                next.add(number(after(STATES.get(state), bit), numbers));
            }
        }
        NEXT = new byte[next.size()];
        for (int i = 0; i < NEXT.length; i++) {
            NEXT[i] = (byte) (int) next.get(i);
        }
    }

    private CounterStates() {}

    private static int number(State state, Map<State, Integer> numbers) {
        Integer known = numbers.get(state);
        if (known != null) {
            return known;
        }
        if (STATES.size() == 256) {
            throw new IllegalStateException("invariant broken: more states than a byte holds");
        }
        numbers.put(state, STATES.size());
        STATES.add(state);
        return STATES.size() - 1;
    }

    private static State after(State state, int bit) {
        int seen = (bit == 0 ? state.zeros : state.ones) + 1;
        int other = bit == 0 ? state.ones : state.zeros;
        if (other > 2) {
            other = DISCOUNTED[Math.min(other, DISCOUNTED.length - 1)];
            if (other > 5 && seen > 1) {
                other = 5;
            }
        }
        if (state.length < HISTORY_BITS && state.zeros + state.ones == state.length) {
            int before = bit == 0 ? state.ones : state.zeros;
            return state(bit, seen, before, state.history << 1 | bit, state.length + 1);
        }
        while (Math.min(seen, other) >= LARGEST.length || Math.max(seen, other) > LARGEST[Math.min(seen, other)]) {
            if (seen > other) {
                seen--;
            } else if (seen == other) {
                seen--;
                other--;
            } else {
                other--;
            }
            seen = Math.max(seen, 1);
        }
        return state(bit, seen, other, bit, LONG);
    }

    private static State state(int bit, int seen, int other, int history, int length) {
        return bit == 0 ? new State(seen, other, history, length) : new State(other, seen, history, length);
    }

    /** Number of states. */
    static int count() {
        return STATES.size();
    }

    /** The state after one more bit. */
    static byte next(int state, int bit) {
        return NEXT[2 * state + bit];
    }

    /** Bits seen, as far as the state remembers. */
    static int total(int state) {
        return STATES.get(state).zeros + STATES.get(state).ones;
    }

    /** Zeros seen, as far as the state remembers. */
    static int zeros(int state) {
        return STATES.get(state).zeros;
    }

    /** Ones seen, as far as the state remembers. */
    static int ones(int state) {
        return STATES.get(state).ones;
    }
}
