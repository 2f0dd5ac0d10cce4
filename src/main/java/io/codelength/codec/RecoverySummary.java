package io.codelength.codec;

import io.codelength.container.ArchiveRecovery.ByteRange;
import java.util.List;
import java.util.OptionalInt;

/**
 * What a recovery brought back.
 *
 * @param originalBytes bytes written
 * @param frames frames restored
 * @param undecodable frames whose payload is whole but does not decode, as with the wrong model
 * @param framesBefore frames that the archive had, if its footer is whole
 * @param damage ranges of the archive that are damaged
 * @param missing ranges of the original that are lost, if the footer is whole
 */
public record RecoverySummary(
        long originalBytes,
        int frames,
        int undecodable,
        OptionalInt framesBefore,
        List<ByteRange> damage,
        List<ByteRange> missing) {
    public RecoverySummary {
        damage = List.copyOf(damage);
        missing = List.copyOf(missing);
    }
}
