package io.codelength.codec;

import io.codelength.container.Dictionary;
import io.codelength.limit.LimitExceededException;
import io.codelength.mix.DictionaryTrainer;
import io.codelength.text.TextTransform;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Takes samples in and trains a dictionary from them. The same samples in the same order give the same dictionary. */
public final class DictionaryTraining {
    /** What a dictionary has room for unless something else is asked for; zstd's default too. */
    public static final int DEFAULT_BYTES = 112_640;

    /** The least room that is worth an archive's naming it. */
    public static final int BYTES_MIN = 256;

    /** All samples together must have this, or there is nothing to choose from. */
    private static final int SAMPLE_BYTES_MIN = 1024;

    private static final int SAMPLES_MIN = 8;

    /** How a file becomes samples. */
    public sealed interface Splitting {
        /** The whole of it is one. */
        record Whole() implements Splitting {}

        /** Every line is one. */
        record Lines() implements Splitting {}

        /** Every so many bytes are one. */
        record Blocks(int bytes) implements Splitting {
            public Blocks {
                if (bytes < 1) {
                    throw new IllegalArgumentException("blocks of %d bytes; at least 1 is needed".formatted(bytes));
                }
            }
        }
    }

    private final Splitting splitting;
    private final long sampleBytesLimit;
    private final List<byte[]> samples = new ArrayList<>();
    private long sampleBytes;

    /** @param sampleBytesLimit the most bytes that all samples may have, which are held in memory */
    public DictionaryTraining(Splitting splitting, long sampleBytesLimit) {
        this.splitting = splitting;
        this.sampleBytesLimit = sampleBytesLimit;
    }

    /**
     * Takes in what a file holds.
     *
     * @throws LimitExceededException if that is more than the limit
     */
    public void add(InputStream file) throws IOException {
        long left = sampleBytesLimit - sampleBytes;
        byte[] bytes = file.readNBytes((int) Math.min(Integer.MAX_VALUE - 8, left + 1));
        if (bytes.length > left) {
            throw new LimitExceededException(
                    "bytes of samples", sampleBytes + bytes.length, sampleBytesLimit, "Train with a part of them.");
        }
        sampleBytes += bytes.length;
        if (splitting instanceof Splitting.Lines) {
            addLines(bytes);
        } else if (splitting instanceof Splitting.Blocks blocks) {
            for (int from = 0; from < bytes.length; from += blocks.bytes) {
                addSample(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + blocks.bytes)));
            }
        } else {
            addSample(bytes);
        }
    }

    private void addLines(byte[] bytes) {
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                addSample(Arrays.copyOfRange(bytes, from, i));
                from = i + 1;
            }
        }
        addSample(Arrays.copyOfRange(bytes, from, bytes.length));
    }

    private void addSample(byte[] sample) {
        if (sample.length > 0) {
            // As it will be coded: with the line ends and without the mark that a text transform takes off.
            samples.add(TextTransform.of(sample)
                    .map(transform -> transform.apply(sample))
                    .orElse(sample));
        }
    }

    /** How many there are, empty ones not counted. */
    public int samples() {
        return samples.size();
    }

    /** Bytes of all of them. */
    public long sampleBytes() {
        return sampleBytes;
    }

    /**
     * Chooses what the dictionary holds.
     *
     * @param capacity the most bytes of its text, 256 to 1 MiB
     * @throws TooFewSamplesException saying what is missing, if there is too little to choose from
     */
    public Dictionary train(int capacity) {
        if (capacity < BYTES_MIN || capacity > Dictionary.TEXT_BYTES_MAX) {
            throw new IllegalArgumentException("a dictionary of %d bytes; %d to %d can be trained"
                    .formatted(capacity, BYTES_MIN, Dictionary.TEXT_BYTES_MAX));
        }
        if (samples.size() < SAMPLES_MIN) {
            throw new TooFewSamplesException(
                    "%d %s; a dictionary needs %d at least, and is the better for some hundreds. If one file holds many, split it into lines or blocks (--split)."
                            .formatted(samples.size(), samples.size() == 1 ? "sample" : "samples", SAMPLES_MIN));
        }
        if (sampleBytes < SAMPLE_BYTES_MIN) {
            throw new TooFewSamplesException(
                    "%d bytes of samples; a dictionary needs %d at least, and is the better for some times its size."
                            .formatted(sampleBytes, SAMPLE_BYTES_MIN));
        }
        byte[] text = DictionaryTrainer.train(samples, capacity);
        if (text.length == 0) {
            throw new TooFewSamplesException(
                    "no line or piece of the samples fits into %d bytes; ask for a larger dictionary"
                            .formatted(capacity));
        }
        return new Dictionary(text);
    }
}
