package io.codelength.codec;

import io.codelength.container.ModelReference;
import io.codelength.mix.Mixing;
import io.codelength.model.Fingerprint;
import io.codelength.predict.Predictor;
import java.util.OptionalInt;

/** One loaded model with one way to mix. */
record LoadedModel(OnePredictor one, Mixing mixing) implements PredictorSource {
    @Override
    public Predictor named(String model) {
        return one.named(model);
    }

    @Override
    public Predictor referred(ModelReference reference) {
        return one.referred(reference);
    }

    @Override
    public OptionalInt shippedNumber(Fingerprint fingerprint) {
        return one.shippedNumber(fingerprint);
    }
}
