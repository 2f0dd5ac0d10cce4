package io.codelength.engine.reference;

import io.codelength.model.ExactModel;
import io.codelength.predict.Engine;
import io.codelength.predict.EngineVectors;
import io.codelength.predict.Predictor;

/** Plain Java on a fixed number of threads: runs wherever Java 17 does. */
public final class ReferenceEngine implements Engine {
    private final int threads;

    /** @param threads for each loaded model, at least 1; the result does not depend on it */
    public ReferenceEngine(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("%d threads".formatted(threads));
        }
        this.threads = threads;
    }

    @Override
    public String name() {
        return "reference";
    }

    @Override
    public String description() {
        return "plain Java %s, %d %s".formatted(Runtime.version(), threads, threads == 1 ? "thread" : "threads");
    }

    @Override
    public Predictor load(ExactModel model) {
        EngineVectors.requireLimits(model);
        ReferencePredictor predictor = new ReferencePredictor(model, threads);
        try {
            EngineVectors.check(name(), predictor, synthetic -> new ReferencePredictor(synthetic, threads));
        } catch (RuntimeException e) {
            predictor.close();
            throw e;
        }
        return predictor;
    }

    @Override
    public void close() {
        // Predictors own the threads.
    }
}
