package io.codelength.mix;

import java.util.Arrays;
import java.util.Optional;

/**
 * What every context remembers of the nibbles that followed it: 15 counter states, one for each of the bits that a nibble may
 * come to, in a slot of 16 bytes behind a check byte. Four slots make a bucket, which is a processor's cache line
 * ({@code docs/mixing.md}, "Slots").
 *
 * <p>A table may begin with what another one learned. It does not copy that one: it takes a slot over when it first needs it,
 * so that a short text costs little.
 */
final class SlotTable {
    /** Binary logarithm of a bucket's bytes. */
    static final int BUCKET_BITS = 6;

    /** In place of a slot. */
    static final int NONE = -1;

    private static final int SLOT_BYTES = 16;
    private static final int BUCKET_BYTES = 1 << BUCKET_BITS;

    /** Tells the second nibble's slots of one context apart, with the first nibble's bits. */
    private static final int CHECK_FACTOR = 0x35;

    private final int bucketBits;
    private final byte[]
            slots; // [2^bucketBits][4][SLOT_BYTES]: a check byte, then the states of the 15 nodes of a nibble
    private final Optional<SlotTable> prior;

    SlotTable(int bucketBits, Optional<SlotTable> prior) {
        this.bucketBits = bucketBits;
        this.prior = prior;
        slots = new byte[BUCKET_BYTES << bucketBits];
    }

    /**
     * The slot of a context, by its check byte. Find the slots of all contexts before the first one takes a new one.
     *
     * @param hash of the context
     * @param nibble 0 for the first nibble; for the second one 16 and the first nibble
     * @return its number, for {@link #state}; {@link #NONE} if the context must {@link #take} one
     */
    int find(int hash, int nibble) {
        byte check = check(hash, nibble);
        int first = bucket(hash, nibble);
        for (int at = first; at < first + BUCKET_BYTES; at += SLOT_BYTES) {
            if (slots[at] == check) {
                return at;
            }
        }
        return NONE;
    }

    private static byte check(int hash, int nibble) {
        return (byte) Math.max(1, (hash + CHECK_FACTOR * nibble) & 0xff);
    }

    /** A slot for a context that has none: the prior's, or a new one, in the place of the least used one. */
    int take(int hash, int nibble) {
        byte check = check(hash, nibble);
        int first = bucket(hash, nibble);
        int victim = first;
        int fewest = Integer.MAX_VALUE;
        for (int at = first; at < first + BUCKET_BYTES; at += SLOT_BYTES) {
            int seen = CounterStates.total(slots[at + 1] & 0xff);
            if (seen < fewest) {
                fewest = seen;
                victim = at;
            }
        }
        if (prior.isEmpty() || !prior.get().copy(hash, nibble, check, slots, victim)) {
            Arrays.fill(slots, victim, victim + SLOT_BYTES, (byte) 0);
            slots[victim] = check;
        }
        return victim;
    }

    /** The second nibble's slots lie in one of the two buckets beside the first nibble's. */
    private int bucket(int hash, int nibble) {
        int neighbour = nibble == 0 ? 0 : 1 + (nibble & 1);
        return ((hash >>> (32 - bucketBits)) ^ neighbour) << BUCKET_BITS;
    }

    private boolean copy(int hash, int nibble, byte check, byte[] to, int target) {
        int first = bucket(hash, nibble);
        for (int at = first; at < first + BUCKET_BYTES; at += SLOT_BYTES) {
            if (slots[at] == check) {
                System.arraycopy(slots, at, to, target, SLOT_BYTES);
                return true;
            }
        }
        return prior.isPresent() && prior.get().copy(hash, nibble, check, to, target);
    }

    /** @param node 1 to 15: a one and the bits of the nibble so far */
    int state(int slot, int node) {
        return slots[slot + node] & 0xff;
    }

    void setState(int slot, int node, byte state) {
        slots[slot + node] = state;
    }
}
