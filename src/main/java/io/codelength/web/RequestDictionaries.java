package io.codelength.web;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.DictionaryMismatchException;
import io.codelength.codec.DictionarySource;
import io.codelength.container.Dictionary;
import io.codelength.container.DictionaryId;
import io.codelength.store.DictionaryStore;
import org.springframework.stereotype.Component;

/** Finds the dictionaries that requests and archives name, among those that are stored. */
@Component
final class RequestDictionaries implements DictionarySource {
    private final DictionaryStore store;

    RequestDictionaries(DictionaryStore store) {
        this.store = store;
    }

    /**
     * The options with the dictionary that a request names.
     *
     * @param dictionary its id; empty for none
     * @throws InvalidParameterException if there is no such dictionary, or the tier has no use for one
     */
    CompressionOptions with(CompressionOptions options, String dictionary) {
        if (dictionary.isEmpty()) {
            return options;
        }
        Dictionary found = DictionaryId.parse(dictionary)
                .flatMap(store::find)
                .orElseThrow(() -> new InvalidParameterException(
                        "dictionary",
                        dictionary,
                        "There is no dictionary '%s'. GET /v1/dictionaries lists those there are."
                                .formatted(dictionary)));
        try {
            return options.withDictionary(found);
        } catch (IllegalArgumentException e) {
            throw new InvalidParameterException("dictionary", dictionary, Parameters.messageOf(e));
        }
    }

    @Override
    public Dictionary referred(DictionaryId id) {
        return store.find(id)
                .orElseThrow(() -> new DictionaryMismatchException(
                        "The archive was written with dictionary %s, which is not stored here. Upload it with POST /v1/dictionaries."
                                .formatted(id)));
    }
}
