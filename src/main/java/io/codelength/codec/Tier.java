package io.codelength.codec;

import io.codelength.predict.Predictor;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a user chooses between speed and size. */
public enum Tier {
    /** Context mixing alone, no network: logs, machine data, large files. */
    FAST(true, false, false),
    /** A language model alone, for devices with many small cores and for evaluation. */
    MODEL(false, true, false),
    /** A language model and context mixing together. */
    STANDARD(true, false, true),
    /** The same with the largest model, long windows that overlap and few lanes: small, precious or model-written text. */
    MAX(true, false, true);

    /** The tier when none is named. */
    public static final Tier DEFAULT = STANDARD;

    /** Input bytes of a token frame: small enough to decode alone quickly, large enough for 32 lanes of two windows each. */
    private static final int TOKEN_FRAME_BYTES = 256 << 10;

    /** Input bytes of a frame that learns from itself: the most that the format holds. */
    private static final int LEARNING_FRAME_BYTES = 1 << 20;

    /** Bytes that a lane should at least have before another is opened; a lane starts without context. */
    private static final int LANE_BYTES = 8192;

    private static final int LONG_LANE_BYTES = 32 << 10;

    /** Texts that the model alone may write shorter than mixing does, by a byte or two. */
    private static final int HARDLY_LEARNED_BYTES = 512;

    private final boolean mixesContexts;
    private final boolean codesTokens;
    private final boolean mixesTokens;

    Tier(boolean mixesContexts, boolean codesTokens, boolean mixesTokens) {
        this.mixesContexts = mixesContexts;
        this.codesTokens = codesTokens;
        this.mixesTokens = mixesTokens;
    }

    /**
     * @param name as on the command line, lower case
     * @throws IllegalArgumentException naming the tiers there are, if it is unknown
     */
    public static Tier parse(String name) {
        return Arrays.stream(values())
                .filter(tier -> tier.toString().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("unknown tier '%s'; there are: %s"
                        .formatted(
                                name,
                                Arrays.stream(values()).map(Tier::toString).collect(Collectors.joining(", ")))));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a language model is needed. */
    public boolean needsModel() {
        return codesTokens || mixesTokens;
    }

    /**
     * The model to use.
     *
     * @param model a short name, a path or a prefix of a fingerprint; empty for the tier's own choice
     * @return empty if the tier needs none
     * @throws IllegalArgumentException if a model is named for a tier that needs none
     * @throws ModelMismatchException if there is no such model, or more than one
     */
    public Optional<Predictor> predictor(PredictorSource predictors, String model) {
        if (!needsModel()) {
            if (!model.isEmpty()) {
                throw new IllegalArgumentException(
                        "tier %s uses no model, but '%s' was named; leave one of them out".formatted(this, model));
            }
            return Optional.empty();
        }
        return Optional.of(this == MAX && model.isEmpty() ? predictors.largest() : predictors.named(model));
    }

    /** Whether method 1 is tried. */
    boolean mixesContexts() {
        return mixesContexts;
    }

    /** Whether method 2 is tried; with mixing too where a text is so short that mixing has hardly learned what to trust. */
    boolean codesTokens(int textBytes) {
        return codesTokens || (mixesTokens && textBytes <= HARDLY_LEARNED_BYTES);
    }

    /** Whether method 3 is tried. */
    boolean mixesTokens() {
        return mixesTokens;
    }

    /** The most input bytes of a frame. */
    int frameBytes() {
        return codesTokens ? TOKEN_FRAME_BYTES : LEARNING_FRAME_BYTES;
    }

    /** Bytes of a lane before another is opened. */
    int laneBytes() {
        return this == MAX ? LONG_LANE_BYTES : LANE_BYTES;
    }

    /** Whether each window begins with a part of the one before. */
    boolean overlapsWindows() {
        return this == MAX;
    }

    /** What the model sees. */
    Windows windows(int contextTokens) {
        return Windows.of(contextTokens, overlapsWindows());
    }
}
