package io.codelength.container;

import io.codelength.container.ModelReference.FingerprintPrefix;
import io.codelength.container.ModelReference.Shipped;
import java.util.Arrays;
import java.util.Optional;

/** The type-length-value fields of the header: {@code docs/format.md}, "Fields". */
final class HeaderFields {
    private static final int MODEL_TYPE = 1;
    private static final int IGNORABLE = 8;
    private static final int LONG_LENGTH = 15;

    /** Profile, window, overlap; the model follows. */
    private static final int MODEL_FIXED_BYTES = 1 + 2 + 2;

    private static final int FINGERPRINT_BYTES = 16;

    private HeaderFields() {}

    static byte[] write(ArchiveHeader header) {
        if (header.model().isEmpty()) {
            return new byte[0];
        }
        ModelReference model = header.model().get();
        byte[] name = model instanceof Shipped shipped
                ? new byte[] {(byte) shipped.number()}
                : ((FingerprintPrefix) model).toBytes();
        int length = MODEL_FIXED_BYTES + name.length;
        boolean isLong = length >= LONG_LENGTH;
        byte[] fields = new byte[(isLong ? 2 : 1) + length];
        fields[0] = (byte) (MODEL_TYPE << 4 | (isLong ? LONG_LENGTH : length));
        if (isLong) {
            fields[1] = (byte) length;
        }
        int at = fields.length - length;
        fields[at] = (byte) header.profile();
        ArchiveFormat.put(fields, at + 1, 2, header.windowTokens());
        ArchiveFormat.put(fields, at + 3, 2, header.overlapTokens());
        System.arraycopy(name, 0, fields, at + MODEL_FIXED_BYTES, name.length);
        return fields;
    }

    /** @param offset where the fields begin in the archive, for messages */
    static ArchiveHeader read(String archive, long offset, byte[] fields) {
        ArchiveHeader header = ArchiveHeader.WITHOUT_MODEL;
        int lastType = -1;
        int at = 0;
        while (at < fields.length) {
            long place = offset + at;
            int tag = fields[at++] & 0xFF;
            int type = tag >>> 4;
            int length = tag & 15;
            if (length == LONG_LENGTH) {
                if (at == fields.length) {
                    throw CorruptContainerException.in(archive, "header field", place, "ends before its length");
                }
                length = fields[at++] & 0xFF;
                if (length < LONG_LENGTH) {
                    throw CorruptContainerException.in(archive, "header field", place, "length in the long form");
                }
            }
            if (length > fields.length - at) {
                throw CorruptContainerException.in(
                        archive,
                        "header field",
                        place,
                        "length %d, but %d bytes are left".formatted(length, fields.length - at));
            }
            if (type <= lastType) {
                throw CorruptContainerException.in(
                        archive, "header field", place, "type %d after type %d".formatted(type, lastType));
            }
            if (type == MODEL_TYPE) {
                header = readModel(archive, place, Arrays.copyOfRange(fields, at, at + length));
            } else if (type < IGNORABLE) {
                throw new UnsupportedFormatException(
                        "%s: header field of type %d is needed to decode; this program reads type 1. Use a newer one."
                                .formatted(archive, type));
            }
            lastType = type;
            at += length;
        }
        return header;
    }

    private static ArchiveHeader readModel(String archive, long place, byte[] value) {
        int nameBytes = value.length - MODEL_FIXED_BYTES;
        if (nameBytes != 1 && nameBytes != FINGERPRINT_BYTES) {
            throw CorruptContainerException.in(
                    archive, "model field", place, "%d bytes, 6 or 21 expected".formatted(value.length));
        }
        int profile = value[0] & 0xFF;
        if (profile != ArchiveHeader.PROFILE) {
            throw new UnsupportedFormatException(
                    "%s: numeric profile %d; this program reads profile %d. Use a newer one."
                            .formatted(archive, profile, ArchiveHeader.PROFILE));
        }
        try {
            ModelReference model = nameBytes == 1
                    ? new Shipped(value[MODEL_FIXED_BYTES] & 0xFF)
                    : new FingerprintPrefix(Arrays.copyOfRange(value, MODEL_FIXED_BYTES, value.length));
            return new ArchiveHeader(Optional.of(model), profile, (int) ArchiveFormat.get(value, 1, 2), (int)
                    ArchiveFormat.get(value, 3, 2));
        } catch (IllegalArgumentException e) {
            throw CorruptContainerException.in(archive, "model field", place, String.valueOf(e.getMessage()));
        }
    }
}
