package io.codelength.container;

import java.util.Optional;

/**
 * What stands at the head of a full archive, and again in its footer.
 *
 * @param model the model that decodes the frames of methods 2, 3, 6 and 7; empty where there are none
 * @param profile numeric profile, 1 to 255; 0 without a model
 * @param windowTokens positions the model sees, start symbol included, 2 to 65,535; 0 without a model
 * @param overlapTokens symbols read again when a window restarts, 0 to {@code windowTokens - 2}
 * @param mixingMemoryBits binary logarithm of the most bytes that a frame's tables of context mixing take, 16 to 26; 0
 *     where no frame mixes contexts
 * @param dictionary what the mixing learned before; empty without one, and where no frame mixes contexts
 */
public record ArchiveHeader(
        Optional<ModelReference> model,
        int profile,
        int windowTokens,
        int overlapTokens,
        int mixingMemoryBits,
        Optional<DictionaryId> dictionary) {
    /** The numeric profile that this program writes and reads. */
    public static final int PROFILE = 1;

    /** The least and the most of {@link #mixingMemoryBits}: 64 KiB and 64 MiB. */
    public static final int MIXING_MEMORY_BITS_MIN = 16;

    public static final int MIXING_MEMORY_BITS_MAX = 26;

    /** Names nothing. */
    public static final ArchiveHeader WITHOUT_MODEL = new ArchiveHeader(Optional.empty(), 0, 0, 0, 0, Optional.empty());

    /** Lacks nothing that a frame may need: for frames whose own header may be lost. */
    static final ArchiveHeader OF_EVERYTHING = new ArchiveHeader(
            Optional.of(new ModelReference.Shipped(1)), PROFILE, 2, 0, MIXING_MEMORY_BITS_MAX, Optional.empty());

    public ArchiveHeader {
        if (model.isEmpty()) {
            if (profile != 0 || windowTokens != 0 || overlapTokens != 0) {
                throw new IllegalArgumentException("profile, window and overlap say nothing without a model");
            }
        } else {
            if (profile < 1 || profile > 255) {
                throw new IllegalArgumentException("profile %d is not in 1..255".formatted(profile));
            }
            if (windowTokens < 2 || windowTokens > 0xFFFF) {
                throw new IllegalArgumentException("window of %d tokens is not in 2..65535".formatted(windowTokens));
            }
            if (overlapTokens < 0 || overlapTokens > windowTokens - 2) {
                throw new IllegalArgumentException(
                        "overlap of %d tokens in a window of %d".formatted(overlapTokens, windowTokens));
            }
            if (model.get() instanceof ModelReference.FingerprintPrefix prefix && prefix.toBytes().length != 16) {
                throw new IllegalArgumentException("a full archive names 16 bytes of a fingerprint");
            }
        }
        if (mixingMemoryBits != 0
                && (mixingMemoryBits < MIXING_MEMORY_BITS_MIN || mixingMemoryBits > MIXING_MEMORY_BITS_MAX)) {
            throw new IllegalArgumentException(
                    "context mixing in 2^%d bytes, must be 2^16 to 2^26".formatted(mixingMemoryBits));
        }
        if (dictionary.isPresent() && mixingMemoryBits == 0) {
            throw new IllegalArgumentException("a dictionary says nothing where no contexts are mixed");
        }
    }

    /** A header of this program's profile. */
    public static ArchiveHeader withModel(ModelReference model, int windowTokens, int overlapTokens) {
        return new ArchiveHeader(Optional.of(model), PROFILE, windowTokens, overlapTokens, 0, Optional.empty());
    }

    /** The same for frames that mix contexts too. */
    public ArchiveHeader withMixing(int memoryBits) {
        return new ArchiveHeader(model, profile, windowTokens, overlapTokens, memoryBits, dictionary);
    }

    /** The same for frames that mix contexts and learned this dictionary before. */
    public ArchiveHeader withDictionary(DictionaryId id) {
        return new ArchiveHeader(model, profile, windowTokens, overlapTokens, mixingMemoryBits, Optional.of(id));
    }

    /** What a frame of this method needs and the header lacks, if anything. */
    Optional<String> lackFor(FrameMethod method) {
        if (method.needsModel() && model.isEmpty()) {
            return Optional.of("method %d needs a model, but the header names none".formatted(method.number()));
        }
        if (method.mixesContexts() && mixingMemoryBits == 0) {
            return Optional.of(
                    "method %d needs memory for contexts, but the header declares none".formatted(method.number()));
        }
        return Optional.empty();
    }
}
