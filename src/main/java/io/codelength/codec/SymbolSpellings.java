package io.codelength.codec;

import io.codelength.mix.SymbolSpelling;
import io.codelength.model.ExactModel;
import io.codelength.model.Fingerprint;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Each model's tree of decisions, made when it is first needed and kept. Thread-safe. */
final class SymbolSpellings {
    private final Map<Fingerprint, SymbolSpelling> known = new ConcurrentHashMap<>();

    SymbolSpelling of(ExactModel model) {
        return known.computeIfAbsent(
                model.fingerprint(),
                fingerprint -> SymbolSpelling.of(model.tokenizer().vocabulary()));
    }
}
