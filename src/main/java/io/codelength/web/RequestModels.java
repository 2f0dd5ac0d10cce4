package io.codelength.web;

import io.codelength.codec.ModelMismatchException;
import io.codelength.codec.PredictorSource;
import io.codelength.codec.Tier;
import io.codelength.predict.Predictor;
import io.codelength.web.ModelCatalog.ModelSummary;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Finds the model that a request names. Only what the catalogue lists can be named, by short name or by the first digits
 * of a fingerprint: the command line's third way, a path, would let clients look around in the server's files.
 */
@Component
final class RequestModels {
    /** Fewer digits would be found by accident. */
    private static final int FINGERPRINT_DIGITS_MIN = 4;

    private final PredictorSource predictors;
    private final ModelCatalog catalog;

    RequestModels(PredictorSource predictors, ModelCatalog catalog) {
        this.predictors = predictors;
        this.catalog = catalog;
    }

    /**
     * Loads it if need be.
     *
     * @param model empty for the shipped default
     * @throws InvalidParameterException if there is none, or more than one
     */
    Predictor named(String model) {
        try {
            return predictors.named(fingerprint(model));
        } catch (ModelMismatchException e) {
            throw new InvalidParameterException("model", model, Parameters.messageOf(e));
        }
    }

    /**
     * The model that a tier takes, loaded if need be.
     *
     * @param model empty for the tier's own choice
     * @return empty if the tier needs none
     * @throws InvalidParameterException if there is none or more than one, or if one is named and the tier needs none
     */
    Optional<Predictor> of(Tier tier, String model) {
        try {
            return tier.predictor(predictors, fingerprint(model));
        } catch (IllegalArgumentException | ModelMismatchException e) {
            throw new InvalidParameterException("model", model, Parameters.messageOf(e));
        }
    }

    /** @return empty for an empty name */
    private String fingerprint(String model) {
        if (model.isEmpty()) {
            return "";
        }
        List<ModelSummary> models = catalog.models();
        List<ModelSummary> found =
                models.stream().filter(each -> each.name().equals(model)).toList();
        if (found.isEmpty() && model.length() >= FINGERPRINT_DIGITS_MIN) {
            String digits = model.toLowerCase(Locale.ROOT);
            found = models.stream()
                    .filter(each -> each.fingerprint().startsWith(digits))
                    .toList();
        }
        if (found.size() != 1) {
            throw new InvalidParameterException(
                    "model",
                    model,
                    found.isEmpty()
                            ? "There is no model '%s' here. GET /v1/models lists those there are.".formatted(model)
                            : "%d models have a fingerprint that begins with '%s'. Give more digits."
                                    .formatted(found.size(), model));
        }
        return found.get(0).fingerprint();
    }
}
