package io.codelength.cli.bench;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictTrainer;
import com.github.luben.zstd.ZstdException;
import java.util.List;

/** zstd at level 19 with a dictionary that it trained itself. */
public final class DictionaryZstd implements BenchCoder {
    private static final int LEVEL = 19;

    /** The trainer wants its whole buffer at once. */
    private static final int SAMPLE_BYTES_MAX = 512 << 20;

    private final byte[] dictionary;

    /**
     * Trains it.
     *
     * @param capacity the most bytes of the dictionary
     * @throws IllegalArgumentException if zstd cannot train from these samples
     */
    public DictionaryZstd(List<byte[]> samples, int capacity) {
        long bytes = samples.stream().mapToLong(sample -> sample.length).sum();
        if (bytes > SAMPLE_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "%d bytes of samples; zstd gets %d at most".formatted(bytes, SAMPLE_BYTES_MAX));
        }
        ZstdDictTrainer trainer = new ZstdDictTrainer((int) Math.max(1, bytes), capacity);
        samples.forEach(trainer::addSample);
        try {
            dictionary = trainer.trainSamples();
        } catch (ZstdException e) {
            throw new IllegalArgumentException("zstd trains no dictionary from these samples: " + e.getMessage(), e);
        }
    }

    @Override
    public String label() {
        return "zstd -%d, its dictionary".formatted(LEVEL);
    }

    /** What it trained: at most what it was given room for. */
    public int dictionaryBytes() {
        return dictionary.length;
    }

    @Override
    public byte[] compress(byte[] original) {
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            context.setLevel(LEVEL);
            context.loadDict(dictionary);
            return context.compress(original);
        }
    }

    @Override
    public byte[] decompress(byte[] compressed, int originalBytes) {
        if (Zstd.getFrameContentSize(compressed) > originalBytes) {
            throw new IllegalArgumentException("more than the original's bytes");
        }
        try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
            context.loadDict(dictionary);
            return context.decompress(compressed, originalBytes);
        }
    }
}
