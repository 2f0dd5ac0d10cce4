package io.codelength.exact;

/** How finely the input of a linear layer is quantised ({@code docs/arithmetic.md}, linear layers). */
public enum ActivationWidth {
    /** Integers in [-127, 127]. */
    BITS_8(127),
    /** Integers in [-16383, 16383], carried as two int8 limbs: {@code q = 128·hi + lo}, split by truncation toward zero. */
    BITS_15(16383);

    private final int largest;

    ActivationWidth(int largest) {
        this.largest = largest;
    }

    /** The largest quantised magnitude. */
    public int largest() {
        return largest;
    }
}
