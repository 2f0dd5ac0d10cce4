package io.codelength.cli;

import io.codelength.cli.bench.NativeSpeed;
import io.codelength.codec.EngineChoice;
import io.codelength.codec.PredictorSource;
import io.codelength.model.SourceModel;
import io.codelength.model.store.KnownModels;
import io.codelength.predict.CodeLengthScorer;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** What commands need of the rest of the program: models, loaded by an engine. */
public interface Backend {
    /** Loaded models; closing it closes every one of them. */
    interface Predictors extends PredictorSource, AutoCloseable {
        /** What computes, for people: engine, device, threads, library; known once a model is loaded. */
        String description();

        @Override
        void close();
    }

    /**
     * Chooses an engine; nothing is loaded before a model is asked for.
     *
     * @param models where to look for them
     * @param notes is told, a sentence at a time, what a user should know, as when {@code auto} falls back
     * @throws IllegalArgumentException if there is no such engine, naming those there are
     */
    Predictors predictors(EngineChoice engine, KnownModels models, Consumer<String> notes);

    /** What native kernels reach here, if there are some. */
    Optional<NativeSpeed> nativeSpeed();

    /** Something to do with a scorer while it lives. */
    @FunctionalInterface
    interface Scoring<T> {
        T apply(CodeLengthScorer scorer);
    }

    /**
     * Measures with a model as it was published, in float32.
     *
     * @param windowTokens positions of a window, the start token included
     * @return what the scoring returns
     * @throws UsageException if the engine cannot compute in float32, naming one that can
     */
    <T> T inFloat(SourceModel model, int windowTokens, EngineChoice engine, Scoring<T> scoring) throws IOException;
}
