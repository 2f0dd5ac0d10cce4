package io.codelength.codec;

import io.codelength.container.ModelReference;
import io.codelength.model.Fingerprint;
import io.codelength.predict.Predictor;
import java.util.Arrays;
import java.util.OptionalInt;

/** A source that has one model, shipped or not. */
public record OnePredictor(Predictor predictor, boolean shipped) implements PredictorSource {
    @Override
    public Predictor named(String model) {
        return predictor;
    }

    @Override
    public Predictor referred(ModelReference reference) {
        if (reference instanceof ModelReference.FingerprintPrefix prefix) {
            byte[] wanted = prefix.toBytes();
            byte[] ours = predictor.model().fingerprint().toBytes();
            if (Arrays.equals(wanted, Arrays.copyOf(ours, wanted.length))) {
                return predictor;
            }
        } else if (shipped && reference.equals(new ModelReference.Shipped(1))) {
            return predictor;
        }
        throw new ModelMismatchException("model %s is not here".formatted(reference));
    }

    @Override
    public OptionalInt shippedNumber(Fingerprint fingerprint) {
        return shipped && fingerprint.equals(predictor.model().fingerprint()) ? OptionalInt.of(1) : OptionalInt.empty();
    }
}
