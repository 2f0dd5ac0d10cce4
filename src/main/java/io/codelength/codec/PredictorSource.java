package io.codelength.codec;

import io.codelength.container.ModelReference;
import io.codelength.model.Fingerprint;
import io.codelength.predict.Predictor;
import java.util.OptionalInt;

/**
 * Finds and loads the models that callers and archives name. Loaded predictors are kept and shared; the source's owner
 * closes them, never the caller.
 */
public interface PredictorSource {
    /**
     * @param model a short name, a path, or a prefix of a fingerprint; empty for the shipped default
     * @throws ModelMismatchException if there is none, or more than one
     */
    Predictor named(String model);

    /** @throws ModelMismatchException if the model that an archive names is not here */
    Predictor referred(ModelReference reference);

    /** The number of a model that ships inside the program. */
    OptionalInt shippedNumber(Fingerprint fingerprint);
}
