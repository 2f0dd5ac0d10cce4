package io.codelength.codec;

import io.codelength.container.Dictionary;
import io.codelength.container.DictionaryId;
import java.util.Optional;

/** Finds the dictionaries that archives name. */
@FunctionalInterface
public interface DictionarySource {
    /** Has none. */
    DictionarySource NONE = id -> {
        throw DictionaryMismatchException.missing(id);
    };

    /** @throws DictionaryMismatchException if it is not here */
    Dictionary referred(DictionaryId id);

    /** What to try where an archive's header is lost; frames tell by their checksums whether it was right. */
    default Optional<Dictionary> fallback() {
        return Optional.empty();
    }

    /** Has one. */
    static DictionarySource only(Dictionary dictionary) {
        return new DictionarySource() {
            @Override
            public Dictionary referred(DictionaryId id) {
                if (!dictionary.id().equals(id)) {
                    throw DictionaryMismatchException.different(id, dictionary.id());
                }
                return dictionary;
            }

            @Override
            public Optional<Dictionary> fallback() {
                return Optional.of(dictionary);
            }
        };
    }
}
