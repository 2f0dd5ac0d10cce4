package io.codelength.container;

import java.util.Optional;

/**
 * What stands at the head of a full archive, and again in its footer.
 *
 * @param model the model that decodes the frames of methods 2 and 3; empty where there are none
 * @param profile numeric profile, 1 to 255; 0 without a model
 * @param windowTokens positions the model sees, start symbol included, 2 to 65,535; 0 without a model
 * @param overlapTokens symbols read again when a window restarts, 0 to {@code windowTokens - 2}
 */
public record ArchiveHeader(Optional<ModelReference> model, int profile, int windowTokens, int overlapTokens) {
    /** The numeric profile that this program writes and reads. */
    public static final int PROFILE = 1;

    /** Names no model. */
    public static final ArchiveHeader WITHOUT_MODEL = new ArchiveHeader(Optional.empty(), 0, 0, 0);

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
    }

    /** A header of this program's profile. */
    public static ArchiveHeader withModel(ModelReference model, int windowTokens, int overlapTokens) {
        return new ArchiveHeader(Optional.of(model), PROFILE, windowTokens, overlapTokens);
    }
}
