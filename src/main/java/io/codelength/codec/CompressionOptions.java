package io.codelength.codec;

import io.codelength.container.Dictionary;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How to compress. Two calls with equal {@code tier}, {@code lanes}, {@code dictionary} and model give the same bytes whatever the rest is.
 *
 * @param tier methods tried
 * @param lanes lanes a frame, 1 to 32; empty to choose by size
 * @param verify whether each frame is decoded and compared before it is handed on
 * @param batchLanes the most lanes that step together; more decode faster and hold more memory
 * @param dictionary what the mixing learns before it begins; none for a tier that mixes no contexts
 */
public record CompressionOptions(
        Tier tier, OptionalInt lanes, boolean verify, int batchLanes, Optional<Dictionary> dictionary) {
    /** Lanes that step together unless something else is asked for. */
    public static final int DEFAULT_BATCH_LANES = 64;

    public static final CompressionOptions DEFAULT =
            new CompressionOptions(Tier.DEFAULT, OptionalInt.empty(), true, DEFAULT_BATCH_LANES);

    public CompressionOptions {
        if (lanes.isPresent() && (lanes.getAsInt() < 1 || lanes.getAsInt() > 32)) {
            throw new IllegalArgumentException("lanes: %d is not in 1..32".formatted(lanes.getAsInt()));
        }
        if (batchLanes < 1) {
            throw new IllegalArgumentException("batchLanes: %d is not at least 1".formatted(batchLanes));
        }
        if (dictionary.isPresent() && !tier.mixesContexts()) {
            throw new IllegalArgumentException(
                    "tier %s mixes no contexts, so it has no use for a dictionary; leave one of them out"
                            .formatted(tier));
        }
    }

    /** Without a dictionary. */
    public CompressionOptions(Tier tier, OptionalInt lanes, boolean verify, int batchLanes) {
        this(tier, lanes, verify, batchLanes, Optional.empty());
    }

    /** The same with so many lanes a frame. */
    CompressionOptions withLanes(int count) {
        return new CompressionOptions(tier, OptionalInt.of(count), verify, batchLanes, dictionary);
    }

    /** The same, but frames are not decoded before they are handed on. */
    public CompressionOptions withoutVerification() {
        return new CompressionOptions(tier, lanes, false, batchLanes, dictionary);
    }

    /** The same with a dictionary. */
    public CompressionOptions withDictionary(Dictionary learned) {
        return new CompressionOptions(tier, lanes, verify, batchLanes, Optional.of(learned));
    }
}
