package io.codelength.codec;

import java.util.Locale;

/** What a user chooses between speed and size. */
public enum Tier {
    /** Context mixing alone, no network. Not built yet. */
    FAST,
    /** A language model alone. */
    MODEL,
    /** The shipped model and context mixing together. Not built yet. */
    STANDARD,
    /** The largest model and context mixing together. Not built yet. */
    MAX;

    /** The tier when none is named. */
    public static final Tier DEFAULT = MODEL;

    /**
     * @param name as on the command line, lower case
     * @throws IllegalArgumentException naming the tiers there are, if it is unknown or not built yet
     */
    public static Tier parse(String name) {
        for (Tier tier : values()) {
            if (tier.toString().equals(name)) {
                if (tier != MODEL) {
                    throw new IllegalArgumentException(
                            "tier '%s' needs context mixing, which this version does not have yet; use --tier model"
                                    .formatted(name));
                }
                return tier;
            }
        }
        throw new IllegalArgumentException("unknown tier '%s'; this version has: model".formatted(name));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
