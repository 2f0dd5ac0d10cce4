package io.codelength.engine.cpu;

import io.codelength.model.ExactModel;
import io.codelength.predict.Engine;
import io.codelength.predict.EngineVectors;
import io.codelength.predict.Predictor;
import java.util.List;

/** Native kernels for this processor's vector units, on a fixed number of threads. */
public final class CpuEngine implements Engine {
    private final String path;
    private final int threads;

    /**
     * The best code path that this processor has.
     *
     * @param threads for each loaded model, at least 1; the result does not depend on it
     * @throws CpuUnavailableException if there are no kernels for this machine
     */
    public CpuEngine(int threads) {
        this(paths().get(0), threads);
    }

    /**
     * @param path one of {@link #paths()}
     * @throws IllegalArgumentException if this processor has no such path, naming those it has
     */
    public CpuEngine(String path, int threads) {
        if (threads < 1 || threads > 256) {
            throw new IllegalArgumentException("%d threads; from 1 to 256 can be used".formatted(threads));
        }
        if (!paths().contains(path)) {
            throw new IllegalArgumentException(
                    "no code path '%s' on this processor; it has %s".formatted(path, String.join(", ", paths())));
        }
        this.path = path;
        this.threads = threads;
    }

    /**
     * The code paths that this processor can run, best first. All give the same results.
     *
     * @throws CpuUnavailableException if there are no kernels for this machine
     */
    public static List<String> paths() {
        return Kernels.get().paths();
    }

    @Override
    public String name() {
        return "cpu";
    }

    @Override
    public String description() {
        return "native kernels, %s, %d %s".formatted(path, threads, threads == 1 ? "thread" : "threads");
    }

    @Override
    public Predictor load(ExactModel model) {
        EngineVectors.requireLimits(model);
        CpuPredictor predictor = new CpuPredictor(model, path, threads);
        try {
            EngineVectors.check(name(), predictor, synthetic -> new CpuPredictor(synthetic, path, threads));
        } catch (RuntimeException e) {
            predictor.close();
            throw e;
        }
        return predictor;
    }

    @Override
    public void close() {
        // Predictors own threads and memory.
    }
}
