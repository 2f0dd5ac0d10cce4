package io.codelength.codec;

/** What this program declares for the tables of context mixing, and what the compact form implies. */
final class MixingMemory {
    /** Binary logarithm of the most bytes of one frame's tables; short frames take less. */
    static final int BITS = 26;

    private MixingMemory() {}
}
