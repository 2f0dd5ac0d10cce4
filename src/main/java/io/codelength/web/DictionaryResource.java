package io.codelength.web;

import io.codelength.store.DictionaryFacts;
import java.time.Instant;
import java.util.List;

/**
 * A dictionary as clients see it.
 *
 * @param id what archives and the parameter {@code dictionary} call it
 * @param bytes of its text
 * @param sha256 digest of its text
 */
record DictionaryResource(String id, String name, int bytes, String sha256, Instant created) {
    static DictionaryResource of(DictionaryFacts facts) {
        return new DictionaryResource(facts.id(), facts.name(), facts.bytes(), facts.sha256(), facts.created());
    }

    /** All of them. */
    record Page(List<DictionaryResource> dictionaries) {}
}
