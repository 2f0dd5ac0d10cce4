package io.codelength.model;

import io.codelength.exact.ActivationWidth;
import io.codelength.exact.ProfileLimits;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.limit.Cancellation;
import io.codelength.token.Alphabet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Turns a model into its exact contents: norm gains folded in, residual stream and values rotated (QuaRot, arXiv
 * 2404.00456), rows of embedding and head in the alphabet's order, weights quantised row by row. All in float64 with a
 * fixed order of every sum, so that any number of threads on any Java platform gives the same bytes. {@code docs/models.md}
 * has the formulas.
 */
public final class ModelImporter {
    /** Rows that one task computes; small enough to bound memory and to answer a cancellation soon. */
    private static final int BLOCK_ROWS = 128;

    /** 1024 · log2(e) as float64: with it logits come in 1/1024 octaves. */
    static final double OCTAVES = 1477.3197218702985;

    private final int threads;
    private final ImportProgress progress;
    private final Cancellation cancellation;

    /** @param threads how many compute at once, at least 1; changes nothing but the time */
    public ModelImporter(int threads, ImportProgress progress, Cancellation cancellation) {
        if (threads < 1) {
            throw new IllegalArgumentException("import with %d threads".formatted(threads));
        }
        this.threads = threads;
        this.progress = progress;
        this.cancellation = cancellation;
    }

    /** Imports as users do, with {@link ImportOptions#DEFAULT}. */
    public ExactContents run(SourceModel source) throws IOException {
        return run(source, ImportOptions.DEFAULT);
    }

    /**
     * @throws ModelFormatException if a weight is missing, misshapen, not finite or too large, before or after folding
     * @throws io.codelength.limit.CancelledException within a block of rows of the wish
     */
    public ExactContents run(SourceModel source, ImportOptions options) throws IOException {
        ExecutorService workers = Executors.newFixedThreadPool(threads, ModelImporter::worker);
        try {
            return new Run(source, options, workers).contents();
        } finally {
            workers.shutdownNow();
        }
    }

    private static Thread worker(Runnable task) {
        Thread thread = new Thread(task, "codelength-import");
        thread.setDaemon(true);
        return thread;
    }

    /** Computes the rows {@code from ≤ row < to} of a matrix in float64. */
    private interface Rows {
        double[] compute(int from, int to);
    }

    private final class Run {
        private final SourceModel source;
        private final ModelShape shape;
        private final ImportOptions options;
        private final ExecutorService workers;
        private final double[] residual; // [hidden, hidden]
        private final double[] residualTransposed;
        private final int total;
        private int done;

        Run(SourceModel source, ImportOptions options, ExecutorService workers) {
            this.source = source;
            this.options = options;
            this.workers = workers;
            shape = source.shape();
            total = 2 + 7 * shape.layers();
            residual = options.rotate() ? Rotation.residual(shape.hidden()) : new double[0];
            residualTransposed =
                    options.rotate() ? Products.transpose(residual, shape.hidden(), shape.hidden()) : new double[0];
        }

        ExactContents contents() throws IOException {
            Alphabet alphabet = Alphabet.of(source.tokenizer());
            requireRows(alphabet);
            requireFrequencies();
            QuantizedMatrix embedding = embedding(alphabet);
            List<ExactLayer> layers = new ArrayList<>();
            for (int layer = 0; layer < shape.layers(); layer++) {
                layers.add(layer(layer));
            }
            QuantizedMatrix head = head(alphabet);
            return new ExactContents(
                    options.rotate(), shape, source.inverseFrequencies(), source.tokenizer(), embedding, layers, head);
        }

        private void requireRows(Alphabet alphabet) {
            if (source.tokenizer().tokenCount() > source.vocabularyRows()) {
                throw new ModelFormatException(
                        source.name(),
                        "tokenizer",
                        "at most %d tokens, one a row of the embedding".formatted(source.vocabularyRows()),
                        source.tokenizer().tokenCount());
            }
            // Bytes that no token spells are symbols without a row.
            int most = Math.max(
                    alphabet.tokensInOrder().length, alphabet.vocabulary().size());
            if (most > ProfileLimits.HEAD_ROWS_MAX) {
                throw new ModelFormatException(
                        source.name(), "tokenizer", "at most " + ProfileLimits.HEAD_ROWS_MAX + " tokens", most);
            }
        }

        private void requireFrequencies() {
            for (double frequency : source.inverseFrequencies()) {
                if (!ProfileLimits.isInverseFrequency(frequency)) {
                    throw new ModelFormatException(
                            source.name(),
                            "rotary angles a position",
                            "more than 0, at most " + ProfileLimits.INVERSE_FREQUENCY_MAX,
                            frequency);
                }
            }
        }

        /** E · Q, the rows of what each symbol feeds back, then the start token's. */
        private QuantizedMatrix embedding(Alphabet alphabet) throws IOException {
            int symbols = alphabet.vocabulary().size();
            int[] tokens = new int[symbols + 1];
            for (int symbol = 0; symbol < symbols; symbol++) {
                tokens[symbol] = alphabet.fedToken(symbol);
            }
            tokens[symbols] = alphabet.startToken();
            return tokenRows("embedding", source.embedding(), tokens, ones(), 1, ActivationWidth.BITS_8);
        }

        /** W · diag(gain) · Q, one row a coded token, scales in 1/1024 octaves. */
        private QuantizedMatrix head(Alphabet alphabet) throws IOException {
            double[] gain = widened(source.finalNorm());
            return tokenRows("head", source.head(), alphabet.tokensInOrder(), gain, OCTAVES, options.head());
        }

        private QuantizedMatrix tokenRows(
                String name, float[] weights, int[] tokens, double[] gain, double scaleFactor, ActivationWidth input) {
            int hidden = shape.hidden();
            Rows rows = (from, to) -> {
                double[] block = new double[(to - from) * hidden];
                for (int row = from; row < to; row++) {
                    for (int i = 0; i < hidden; i++) {
                        block[(row - from) * hidden + i] = weights[tokens[row] * hidden + i] * gain[i];
                    }
                }
                return rotateInput(block, to - from);
            };
            return quantize(name, rows, tokens.length, hidden, scaleFactor, input);
        }

        private ExactLayer layer(int layer) throws IOException {
            int hidden = shape.hidden();
            int headDimension = shape.headDimension();
            double[] attentionGain = widened(source.read(WeightRole.ATTENTION_NORM, layer));
            double[] feedForwardGain = widened(source.read(WeightRole.FEED_FORWARD_NORM, layer));
            double[] values = options.rotate() ? Rotation.values(headDimension, layer) : new double[0];
            String place = "layer " + layer + " ";

            Rows query = reader(source.read(WeightRole.QUERY, layer), attentionGain);
            Rows key = reader(source.read(WeightRole.KEY, layer), attentionGain);
            Rows value = rotatedValue(reader(source.read(WeightRole.VALUE, layer), attentionGain), values);
            Rows output =
                    writer(rotatedOutput(source.read(WeightRole.ATTENTION_OUTPUT, layer), values), shape.queryWidth());
            Rows gate = reader(source.read(WeightRole.GATE, layer), feedForwardGain);
            Rows up = reader(source.read(WeightRole.UP, layer), feedForwardGain);
            Rows down = writer(widened(source.read(WeightRole.DOWN, layer)), shape.feedForward());
            return new ExactLayer(
                    quantize(place + "query", query, shape.queryWidth(), hidden, 1, options.attentionInput()),
                    quantize(place + "key", key, shape.keyValueWidth(), hidden, 1, options.attentionInput()),
                    quantize(place + "value", value, shape.keyValueWidth(), hidden, 1, options.attentionInput()),
                    quantize(place + "output", output, hidden, shape.queryWidth(), 1, options.attentionOutput()),
                    quantize(place + "gate", gate, shape.feedForward(), hidden, 1, options.feedForwardInput()),
                    quantize(place + "up", up, shape.feedForward(), hidden, 1, options.feedForwardInput()),
                    quantize(place + "down", down, hidden, shape.feedForward(), 1, options.down()));
        }

        /** A matrix that reads the stream: W · diag(gain) · Q. */
        private Rows reader(float[] weights, double[] gain) {
            int hidden = shape.hidden();
            return (from, to) -> {
                double[] block = new double[(to - from) * hidden];
                for (int i = 0; i < block.length; i++) {
                    block[i] = weights[from * hidden + i] * gain[i % hidden];
                }
                return rotateInput(block, to - from);
            };
        }

        /** A matrix that writes to the stream: Qᵀ · W, with W [hidden, columns]. */
        private Rows writer(double[] weights, int columns) {
            int hidden = shape.hidden();
            return (from, to) -> {
                if (!options.rotate()) {
                    return Arrays.copyOfRange(weights, from * columns, to * columns);
                }
                double[] left = Arrays.copyOfRange(residualTransposed, from * hidden, to * hidden);
                double[] block = new double[(to - from) * columns];
                Products.multiply(left, weights, block, hidden, columns, 0, to - from);
                return block;
            };
        }

        /** Rᵀ · V for each head's rows of V. */
        private Rows rotatedValue(Rows plain, double[] rotation) {
            if (!options.rotate()) {
                return plain;
            }
            int hidden = shape.hidden();
            int headDimension = shape.headDimension();
            double[] rows = plain.compute(0, shape.keyValueWidth());
            double[] transposed = Products.transpose(rotation, headDimension, headDimension);
            double[] rotated = new double[rows.length];
            for (int head = 0; head < shape.keyValueHeads(); head++) {
                int at = head * headDimension * hidden;
                double[] block = new double[headDimension * hidden];
                double[] right = Arrays.copyOfRange(rows, at, at + block.length);
                Products.multiply(transposed, right, block, headDimension, hidden, 0, headDimension);
                System.arraycopy(block, 0, rotated, at, block.length);
            }
            return (from, to) -> Arrays.copyOfRange(rotated, from * hidden, to * hidden);
        }

        /** O · R for each head's columns of O. */
        private double[] rotatedOutput(float[] weights, double[] rotation) {
            double[] plain = widened(weights);
            if (!options.rotate()) {
                return plain;
            }
            int headDimension = shape.headDimension();
            // [hidden, heads · headDimension] is also [hidden · heads, headDimension], whose rows are the heads'
            // pieces.
            double[] rotated = new double[plain.length];
            Products.multiply(
                    plain, rotation, rotated, headDimension, headDimension, 0, shape.hidden() * shape.heads());
            return rotated;
        }

        /** Rows times Q. */
        private double[] rotateInput(double[] block, int rows) {
            if (!options.rotate()) {
                return block;
            }
            int hidden = shape.hidden();
            double[] rotated = new double[block.length];
            Products.multiply(block, residual, rotated, hidden, hidden, 0, rows);
            return rotated;
        }

        private QuantizedMatrix quantize(
                String name, Rows rows, int rowCount, int columns, double scaleFactor, ActivationWidth input) {
            long size = (long) rowCount * columns;
            if (size > StoredTensor.ELEMENTS_MAX) {
                throw new ModelFormatException(
                        source.name(), name, "at most " + StoredTensor.ELEMENTS_MAX + " weights", size);
            }
            byte[] values = new byte[(int) size];
            float[] scales = new float[rowCount];
            List<Future<?>> tasks = new ArrayList<>();
            for (int from = 0; from < rowCount; from += BLOCK_ROWS) {
                int first = from;
                int end = Math.min(rowCount, from + BLOCK_ROWS);
                tasks.add(workers.submit(() -> {
                    cancellation.throwIfCancelled();
                    double[] block = rows.compute(first, end);
                    for (int row = first; row < end; row++) {
                        float scale = quantizeRow(name, block, row, first, columns, values);
                        scales[row] = (float) (scale * scaleFactor);
                    }
                }));
            }
            tasks.forEach(this::await);
            done++;
            progress.reached(name, done, total);
            return new QuantizedMatrix(rowCount, columns, values, scales, input);
        }

        private float quantizeRow(String name, double[] block, int row, int first, int columns, byte[] values) {
            try {
                return RowQuantizer.quantize(block, (row - first) * columns, columns, values, row * columns);
            } catch (IllegalArgumentException e) {
                throw new ModelFormatException(
                        source.name(),
                        name + " row " + row,
                        "folded weights of magnitude at most 2^20",
                        e.getMessage(),
                        e);
            }
        }

        private void await(Future<?> task) {
            try {
                task.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                cancellation.cancel("the importing thread was interrupted");
                cancellation.throwIfCancelled();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw new IllegalStateException("a block of rows failed", e.getCause());
            }
        }

        private double[] ones() {
            double[] ones = new double[shape.hidden()];
            Arrays.fill(ones, 1);
            return ones;
        }
    }

    private static double[] widened(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
