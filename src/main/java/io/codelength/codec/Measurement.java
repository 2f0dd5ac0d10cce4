package io.codelength.codec;

/**
 * The code length of a text: what a model needs to write it down, were the coder ideal.
 *
 * @param bits sum of −log2 of the probability of every token
 * @param bytes length of the text
 * @param tokens number of tokens it was spelled with
 */
public record Measurement(double bits, long bytes, long tokens) {
    /** Bits a byte of the text; 0 for an empty one. */
    public double bitsPerByte() {
        return bytes == 0 ? 0 : bits / bytes;
    }

    /** The two texts one after the other, each measured on its own. */
    public Measurement plus(Measurement other) {
        return new Measurement(bits + other.bits, bytes + other.bytes, tokens + other.tokens);
    }
}
