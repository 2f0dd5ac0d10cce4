package io.codelength.web;

import io.codelength.store.StoredObject;
import java.time.Instant;
import java.util.UUID;

/**
 * An object as clients see it.
 *
 * @param model fingerprint of its model
 * @param sha256 digest of the original
 * @param rate compressed over original; 0 for an empty object
 * @param ratio original over compressed
 * @param bitsPerByte bits of the archive for each byte of the original
 */
record ObjectResource(
        UUID id,
        String name,
        String tier,
        String model,
        String modelName,
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
                object.model(),
                object.modelName(),
                object.originalBytes(),
                object.archiveBytes(),
                object.frames(),
                object.sha256(),
                rate,
                ratio,
                8 * rate,
                object.created());
    }
}
