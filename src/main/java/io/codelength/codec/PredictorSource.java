package io.codelength.codec;

import io.codelength.container.Dictionary;
import io.codelength.container.ModelReference;
import io.codelength.mix.Mixing;
import io.codelength.mix.ReferenceMixing;
import io.codelength.model.Fingerprint;
import io.codelength.predict.Predictor;
import java.util.OptionalInt;

/**
 * What compression works with: finds and loads the models that callers and archives name, and mixes contexts. Loaded predictors are kept and shared; the source's owner
 * closes them, never the caller.
 */
public interface PredictorSource {
    /**
     * @param model a short name, a path, or a prefix of a fingerprint; empty for the shipped default
     * @throws ModelMismatchException if there is none, or more than one
     */
    Predictor named(String model);

    /** The largest model of all that ship or are installed; the default where no more are known. */
    default Predictor largest() {
        return named("");
    }

    /** @throws ModelMismatchException if the model that an archive names is not here */
    Predictor referred(ModelReference reference);

    /** What mixes contexts. */
    default Mixing mixing() {
        return new ReferenceMixing();
    }

    /** What mixes contexts, begun from what a dictionary teaches; may learn it first. */
    default Mixing mixing(Dictionary dictionary) {
        return mixing().taughtBy(dictionary.text());
    }

    /** The most threads that mix contexts for one call; changes no result. */
    default int threads() {
        return Runtime.getRuntime().availableProcessors();
    }

    /** The number of a model that ships inside the program. */
    OptionalInt shippedNumber(Fingerprint fingerprint);
}
