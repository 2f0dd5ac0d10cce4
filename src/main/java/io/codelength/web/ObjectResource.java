package io.codelength.web;

import io.codelength.store.StoredObject;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An object as clients see it.
 *
 * @param model fingerprint of its model; null if its tier uses none
 * @param modelName that model's short name; null like it
 * @param dictionary id of the dictionary that its archive needs; null if it needs none
 * @param sha256 digest of the original
 * @param rate compressed over original; 0 for an empty object
 * @param ratio original over compressed
 * @param bitsPerByte bits of the archive for each byte of the original
 */
record ObjectResource(
        UUID id,
        String name,
        String tier,
        @Nullable String model,
        @Nullable String modelName,
        @Nullable String dictionary,
        long originalBytes,
        long archiveBytes,
        int frames,
        String sha256,
        double rate,
        double ratio,
        double bitsPerByte,
        Instant created) {
    static ObjectResource of(StoredObject object) {
        double rate = object.originalBytes() == 0 ? 0 : (double) object.archiveBytes() / object.originalBytes();
        double ratio = object.archiveBytes() == 0 ? 0 : (double) object.originalBytes() / object.archiveBytes();
        return new ObjectResource(
                object.id(),
                object.name(),
                object.tier(),
                orNull(object.model()),
                orNull(object.modelName()),
                orNull(object.dictionary()),
                object.originalBytes(),
                object.archiveBytes(),
                object.frames(),
                object.sha256(),
                rate,
                ratio,
                8 * rate,
                object.created());
    }

    private static @Nullable String orNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
