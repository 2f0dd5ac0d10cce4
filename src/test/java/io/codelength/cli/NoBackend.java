package io.codelength.cli;

import io.codelength.cli.bench.NativeSpeed;
import io.codelength.codec.EngineChoice;
import io.codelength.codec.ModelMismatchException;
import io.codelength.container.ModelReference;
import io.codelength.model.Fingerprint;
import io.codelength.model.SourceModel;
import io.codelength.model.store.KnownModels;
import io.codelength.predict.Predictor;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** A program that has no models at all, and no engine but one called {@code auto}. */
final class NoBackend implements Backend {
    @Override
    public Predictors predictors(EngineChoice engine, KnownModels models, Consumer<String> notes) {
        if (!engine.name().equals(EngineChoice.AUTO.name())) {
            throw new IllegalArgumentException("unknown engine '%s'".formatted(engine.name()));
        }
        return new NoPredictors();
    }

    @Override
    public Optional<NativeSpeed> nativeSpeed() {
        return Optional.empty();
    }

    @Override
    public <T> T inFloat(SourceModel model, int windowTokens, EngineChoice engine, Scoring<T> scoring) {
        throw new CommandFailedException("no float arithmetic in this test");
    }

    private static final class NoPredictors implements Predictors {
        @Override
        public String description() {
            return "nothing";
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
}
