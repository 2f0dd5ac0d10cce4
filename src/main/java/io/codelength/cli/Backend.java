package io.codelength.cli;

import io.codelength.codec.EngineChoice;
import io.codelength.codec.PredictorSource;
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
     * @param notes is told, a sentence at a time, what a user should know, as when {@code auto} falls back
     * @throws IllegalArgumentException if there is no such engine, naming those there are
     */
    Predictors predictors(EngineChoice engine, Consumer<String> notes);
}
