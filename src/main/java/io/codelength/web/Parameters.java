package io.codelength.web;

import io.codelength.codec.CompressionOptions;
import io.codelength.codec.Tier;
import java.util.OptionalInt;
import java.util.UUID;

/** Reads the values of parameters; what makes no sense becomes an {@link InvalidParameterException} that says why. */
final class Parameters {
    private static final int NAME_CHARACTERS_MAX = 1024;

    private Parameters() {}

    static CompressionOptions options(String tier) {
        try {
            return new CompressionOptions(
                    tier.isEmpty() ? Tier.DEFAULT : Tier.parse(tier),
                    OptionalInt.empty(),
                    true,
                    CompressionOptions.DEFAULT_BATCH_LANES);
        } catch (IllegalArgumentException e) {
            throw new InvalidParameterException("tier", tier, messageOf(e));
        }
    }

    static String name(String name) {
        if (name.length() > NAME_CHARACTERS_MAX || name.indexOf('\0') >= 0) {
            throw new InvalidParameterException(
                    "name",
                    name.substring(0, Math.min(name.length(), 100)),
                    "A name has at most %d characters and no zeros.".formatted(NAME_CHARACTERS_MAX));
        }
        return name;
    }

    /** An id that is none names no object. */
    static UUID object(String id) {
        try {
            UUID uuid = UUID.fromString(id);
            if (uuid.toString().equalsIgnoreCase(id)) {
                return uuid;
            }
        } catch (IllegalArgumentException notAnId) {
            // Answered below.
        }
        throw new ObjectNotFoundException(id);
    }

    static String messageOf(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.toString() : message;
    }
}
