package io.codelength.app;

import io.codelength.cli.Backend;
import io.codelength.codec.EngineChoice;
import io.codelength.engine.pytorch.FloatScorer;
import io.codelength.engine.pytorch.PyTorchOptions;
import io.codelength.model.SourceModel;
import io.codelength.model.store.KnownModels;
import java.io.IOException;
import java.util.function.Consumer;

/** Gives the command line the engines there are. */
public final class EngineBackend implements Backend {
    @Override
    public Predictors predictors(EngineChoice engine, KnownModels models, Consumer<String> notes) {
        return new EnginePredictors(engine, models, notes);
    }

    @Override
    public <T> T inFloat(SourceModel model, int windowTokens, EngineChoice engine, Scoring<T> scoring)
            throws IOException {
        PyTorchOptions options = ChosenEngine.forFloat(engine);
        try (FloatScorer scorer = new FloatScorer(model, windowTokens, options)) {
            return scoring.apply(scorer);
        }
    }
}
