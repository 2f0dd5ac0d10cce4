package io.codelength.app;

import io.codelength.cli.Backend;
import io.codelength.codec.EngineChoice;
import io.codelength.codec.ModelMismatchException;
import io.codelength.container.ModelReference;
import io.codelength.model.Fingerprint;
import io.codelength.predict.Predictor;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Finds models and loads them with the chosen engine. */
public final class EnginePredictors implements Backend.Predictors {
    /** @param notes is told what the user should know, a sentence at a time */
    public EnginePredictors(EngineChoice choice, Consumer<String> notes) {
        if (!choice.name().equals(EngineChoice.AUTO.name())) {
            notes.accept("engine " + choice.name());
        }
    }

    @Override
    public String description() {
        return "none";
    }

    @Override
    public Predictor named(String model) {
        throw new ModelMismatchException("there is no model '%s'".formatted(model));
    }

    @Override
    public Predictor referred(ModelReference reference) {
        throw new ModelMismatchException("there is no %s".formatted(reference));
    }

    @Override
    public OptionalInt shippedNumber(Fingerprint fingerprint) {
        return OptionalInt.empty();
    }

    @Override
    public void close() {}
}
