package io.codelength.model.store;

import java.util.List;

/** No installed model answers to a name, or several do. Exit code 4. */
public final class ModelNotFoundException extends RuntimeException {
    private final String reference;
    private final List<InstalledModel> candidates;

    /** @param candidates the models that answer to the name, none or several */
    ModelNotFoundException(String reference, List<InstalledModel> candidates) {
        super(message(reference, candidates));
        this.reference = reference;
        this.candidates = List.copyOf(candidates);
    }

    private static String message(String reference, List<InstalledModel> candidates) {
        if (candidates.isEmpty()) {
            return "No installed model is called %s or has a fingerprint that begins so. 'models list' shows what is installed."
                    .formatted(reference);
        }
        List<String> names = candidates.stream()
                .map(model -> "%s (%s)".formatted(model.fingerprint().abbreviated(), model.shortName()))
                .toList();
        return "%s means several models: %s. Give more digits of the fingerprint."
                .formatted(reference, String.join(", ", names));
    }

    /** What was asked for. */
    public String reference() {
        return reference;
    }

    /** The models that answer to it: none, or several. */
    public List<InstalledModel> candidates() {
        return candidates;
    }
}
