package io.codelength.engine.pytorch;

import ai.djl.Device;
import ai.djl.pytorch.engine.PtNDManager;
import io.codelength.engine.pytorch.PyTorchOptions.DeviceChoice;
import io.codelength.limit.CallScope;
import io.codelength.limit.MemoryBudget;
import io.codelength.model.SourceModel;
import io.codelength.predict.CodeLengthScorer;
import io.codelength.token.BytePairTokenizer;
import java.io.IOException;

/**
 * Code lengths under a model as it was published: its weights, neither folded nor rotated nor quantised, in PyTorch's
 * float32. For evaluation and for comparison with the exact path; no archive depends on it.
 *
 * <p>Tokens are the raw ids that the model's own tokenizer gives; the probability of each is a softmax over all rows of
 * the output layer, padding and control tokens included. Calls are served one after another.
 */
public final class FloatScorer implements CodeLengthScorer, AutoCloseable {
    private final PyTorchRuntime runtime;
    private final int threads;
    private final int windowTokens;
    private final int vocabularyRows;
    private final String name;
    private final BytePairTokenizer tokenizer;
    private final PtNDManager manager;
    private final FloatWeights weights;
    private boolean closed;

    /**
     * Reads all weights; the source may be closed afterwards.
     *
     * @param windowTokens positions, the start token included; 2 to the model's context
     * @throws io.codelength.model.ModelFormatException if a weight is missing, misshapen or not finite
     * @throws PyTorchUnavailableException if PyTorch, or the device asked for, cannot be used here
     */
    public FloatScorer(SourceModel source, int windowTokens, PyTorchOptions options) throws IOException {
        int context = source.shape().contextTokens();
        if (windowTokens < 2 || windowTokens > context) {
            throw new IllegalArgumentException(
                    "window of %d positions for a model with a context of %d".formatted(windowTokens, context));
        }
        this.runtime = PyTorchRuntime.get();
        this.threads = runtime.threadsFor(options.threads());
        this.windowTokens = windowTokens;
        this.vocabularyRows = source.vocabularyRows();
        this.name = source.name();
        this.tokenizer = new BytePairTokenizer(source.tokenizer());
        this.manager = runtime.newManager(device(options));
        try {
            this.weights = new FloatWeights(runtime, threads, manager, source, windowTokens);
        } catch (IOException | RuntimeException | Error failure) {
            runtime.later(manager::close);
            throw failure;
        }
    }

    private Device device(PyTorchOptions options) {
        if (options.device() != DeviceChoice.CPU && runtime.hasCuda()) {
            return Device.gpu();
        }
        if (options.device() == DeviceChoice.CUDA) {
            throw new PyTorchUnavailableException("PyTorch %s sees no CUDA device here".formatted(runtime.version()));
        }
        return Device.cpu();
    }

    /** The raw ids of the model's own tokenizer; a space is added where that adds one before a text. */
    @Override
    public int[] encode(byte[] text, int from, int to) {
        return tokenizer.encodeTokens(text, from, to, from == 0);
    }

    @Override
    public int windowTokens() {
        return windowTokens;
    }

    @Override
    public synchronized double[] bits(int[] tokens, CallScope scope) {
        if (closed) {
            throw new IllegalStateException("the scorer of model %s was closed".formatted(name));
        }
        if (tokens.length >= windowTokens) {
            throw new IllegalArgumentException(
                    "%d tokens in a window of %d positions".formatted(tokens.length, windowTokens));
        }
        if (tokens.length == 0) {
            return new double[0];
        }
        scope.throwIfCancelled();
        int[] read = new int[tokens.length];
        read[0] = tokenizer.definition().startToken();
        System.arraycopy(tokens, 0, read, 1, tokens.length - 1);
        long bytes = FloatPass.workBytes(weights.shape, vocabularyRows, tokens.length);
        MemoryBudget.Reservation work = scope.memory().reserve(bytes, "a window of " + tokens.length);
        try {
            return bits(runtime.call(threads, () -> {
                try (PtNDManager window = manager.newSubManager(manager.getDevice())) {
                    return new FloatPass(weights, window).logProbabilities(read, tokens, scope);
                }
            }));
        } finally {
            work.close();
        }
    }

    private double[] bits(double[] logarithms) {
        double[] bits = new double[logarithms.length];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = -logarithms[i] / Math.log(2);
            // An infinite code length is an answer; one that is no number would be taken for one in a sum.
            if (Double.isNaN(bits[i])) {
                throw new FloatRangeException(
                        "%s: its numbers leave float32's range at position %d of a window, so it has no code length there"
                                .formatted(name, i + 1));
            }
        }
        return bits;
    }

    /** Tensors that outlive calls. For tests. */
    int lastingTensors() {
        return manager.getManagedArrays().size();
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            runtime.call(threads, () -> {
                manager.close();
                return true;
            });
        }
    }
}
