package io.codelength.model.store;

import io.codelength.model.Fingerprint;
import java.time.Instant;

/**
 * One model of the store.
 *
 * @param shortName what people call it
 * @param source where it was imported from, for people
 * @param importedAt when
 * @param bytes length of its exact file
 */
public record InstalledModel(
        Fingerprint fingerprint, String shortName, String source, Instant importedAt, long bytes) {}
