package io.codelength.mix;

/** What followed each pair of bytes the last times, in all lanes. */
final class IndirectHistory {
    private final int[] followers; // [pairs of bytes] the last four, the last one lowest

    IndirectHistory() {
        followers = new int[1 << 16];
    }

    IndirectHistory(IndirectHistory other) {
        followers = other.followers.clone();
    }

    /** @param last4 the last four bytes; the last one follows the two before it */
    void append(int last4) {
        int pair = (last4 >>> 8) & 0xffff;
        followers[pair] = (followers[pair] << 8) | (last4 & 0xff);
    }

    /** What followed the last two bytes. */
    int after(int last4) {
        return followers[last4 & 0xffff];
    }
}
