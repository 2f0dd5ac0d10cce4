package io.codelength.cli;

import io.codelength.codec.ModelMismatchException;
import io.codelength.container.ModelReference;
import io.codelength.model.Fingerprint;
import io.codelength.predict.Predictor;
import java.util.OptionalInt;

/** A source that has no models at all. */
final class NoPredictors implements Backend.Predictors {
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
