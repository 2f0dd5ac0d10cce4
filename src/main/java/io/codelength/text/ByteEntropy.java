package io.codelength.text;

/** A cheap look that spares the model data it cannot shorten: pictures, archives, random bytes. */
public final class ByteEntropy {
    /** Bytes looked at; fewer say too little about 256 counts. */
    private static final int SAMPLE_BYTES = 4096;

    /**
     * Order-0 entropy, in bits a byte, above which a sample counts as random. The expected value for 4096 uniformly random
     * bytes is 7.954 (8 less 255 / (2 · 4096 · ln 2), the Miller–Madow bias), its spread 0.004; text and programs stay
     * below 7.
     */
    private static final double RANDOM_BITS = 7.94;

    private ByteEntropy() {}

    /**
     * Whether samples from the beginning, the middle and the end all look random. Short inputs never do: there the model
     * decides.
     */
    public static boolean isHopeless(byte[] bytes) {
        return bytes.length >= 2 * SAMPLE_BYTES
                && looksRandom(bytes, 0)
                && looksRandom(bytes, (bytes.length - SAMPLE_BYTES) / 2)
                && looksRandom(bytes, bytes.length - SAMPLE_BYTES);
    }

    private static boolean looksRandom(byte[] bytes, int from) {
        int[] counts = new int[256];
        for (int i = from; i < from + SAMPLE_BYTES; i++) {
            counts[bytes[i] & 0xff]++;
        }
        double nats = 0;
        for (int count : counts) {
            if (count > 0) {
                nats -= count * Math.log((double) count / SAMPLE_BYTES);
            }
        }
        return nats / SAMPLE_BYTES / Math.log(2) > RANDOM_BITS;
    }
}
