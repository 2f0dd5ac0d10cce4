package io.codelength.model;

import io.codelength.token.TokenizerDefinition;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;

/**
 * A model as its files give it: float32 weights, raw token ids. Weights are read when asked for and not kept, so that
 * memory holds one tensor at a time. Opened by {@link HuggingFaceModel} or {@link GgufModel}; thread-safe.
 */
public final class SourceModel implements Closeable {
    private final String name;
    private final ModelShape shape;
    private final double[] inverseFrequencies;
    private final TokenizerDefinition tokenizer;
    private final int vocabularyRows;
    private final boolean tiedOutput;
    private final Weights weights;
    private final List<ByteSource> files;

    /** How one kind of file is asked for weights. */
    interface Weights {
        float[] read(WeightRole role, int layer, int... sizes) throws IOException;
    }

    SourceModel(
            String name,
            ModelShape shape,
            double[] inverseFrequencies,
            TokenizerDefinition tokenizer,
            int vocabularyRows,
            boolean tiedOutput,
            Weights weights,
            List<ByteSource> files) {
        this.name = name;
        this.shape = shape;
        this.inverseFrequencies = inverseFrequencies;
        this.tokenizer = tokenizer;
        this.vocabularyRows = vocabularyRows;
        this.tiedOutput = tiedOutput;
        this.weights = weights;
        this.files = List.copyOf(files);
    }

    /** The folder or file it comes from, for people. */
    public String name() {
        return name;
    }

    public ModelShape shape() {
        return shape;
    }

    /** [headDimension / 2] float64, radians a position, scaling applied; a copy. */
    public double[] inverseFrequencies() {
        return inverseFrequencies.clone();
    }

    public TokenizerDefinition tokenizer() {
        return tokenizer;
    }

    /** Rows of embedding and output, at least the number of tokens (some models pad). */
    public int vocabularyRows() {
        return vocabularyRows;
    }

    /** Whether the output layer is the embedding. */
    public boolean tiedOutput() {
        return tiedOutput;
    }

    /** [vocabularyRows, hidden] float32, row = token id; read anew at each call. */
    public float[] embedding() throws IOException {
        return read(WeightRole.EMBEDDING, 0);
    }

    /** [vocabularyRows, hidden] float32 of the output layer, without the final norm's gain; the embedding if tied. */
    public float[] head() throws IOException {
        return read(tiedOutput ? WeightRole.EMBEDDING : WeightRole.HEAD, 0);
    }

    /** [hidden] gain of the norm before the output layer. */
    public float[] finalNorm() throws IOException {
        return read(WeightRole.FINAL_NORM, 0);
    }

    /**
     * Reads one tensor, row-major [output channels, input channels] or a norm's gain [hidden]; q and k rows are in Hugging
     * Face's order of rotary halves whatever the file's.
     *
     * @param layer 0 for what exists once
     * @throws ModelFormatException if it is not there, has another shape, or holds a number that is NaN, infinite or beyond
     *     2^20 in magnitude
     */
    public float[] read(WeightRole role, int layer) throws IOException {
        if (layer < 0 || layer >= (role.perLayer() ? shape.layers() : 1)) {
            throw new IllegalArgumentException("layer %d of %s".formatted(layer, role));
        }
        return weights.read(role, layer, role.sizes(shape, vocabularyRows));
    }

    @Override
    public void close() throws IOException {
        closeAll(files);
    }

    /** Closes every one of them, and throws the first error only then. */
    static void closeAll(List<ByteSource> files) throws IOException {
        IOException first = null;
        for (ByteSource file : files) {
            try {
                file.close();
            } catch (IOException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
