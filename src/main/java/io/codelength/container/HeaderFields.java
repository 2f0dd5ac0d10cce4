package io.codelength.container;

import io.codelength.container.ModelReference.FingerprintPrefix;
import io.codelength.container.ModelReference.Shipped;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** The type-length-value fields of the header: {@code docs/format.md}, "Fields". */
final class HeaderFields {
    private static final int MODEL_TYPE = 1;
    private static final int MIXING_MEMORY_TYPE = 2;
    private static final int DICTIONARY_TYPE = 3;
    private static final int IGNORABLE = 8;
    private static final int LONG_LENGTH = 15;

    /** Profile, window, overlap; the model follows. */
    private static final int MODEL_FIXED_BYTES = 1 + 2 + 2;

    private static final int FINGERPRINT_BYTES = 16;

    private HeaderFields() {}

    static byte[] write(ArchiveHeader header) {
        ByteArrayOutputStream fields = new ByteArrayOutputStream();
        header.model().ifPresent(model -> writeField(fields, MODEL_TYPE, modelValue(header, model)));
        if (header.mixingMemoryBits() > 0) {
            writeField(fields, MIXING_MEMORY_TYPE, new byte[] {(byte) header.mixingMemoryBits()});
        }
        header.dictionary().ifPresent(id -> writeField(fields, DICTIONARY_TYPE, id.toBytes()));
        return fields.toByteArray();
    }

    private static byte[] modelValue(ArchiveHeader header, ModelReference model) {
        byte[] name = model instanceof Shipped shipped
                ? new byte[] {(byte) shipped.number()}
                : ((FingerprintPrefix) model).toBytes();
        byte[] value = new byte[MODEL_FIXED_BYTES + name.length];
        value[0] = (byte) header.profile();
        ArchiveFormat.put(value, 1, 2, header.windowTokens());
        ArchiveFormat.put(value, 3, 2, header.overlapTokens());
        System.arraycopy(name, 0, value, MODEL_FIXED_BYTES, name.length);
        return value;
    }

    private static void writeField(ByteArrayOutputStream fields, int type, byte[] value) {
        boolean isLong = value.length >= LONG_LENGTH;
        fields.write(type << 4 | (isLong ? LONG_LENGTH : value.length));
        if (isLong) {
            fields.write(value.length);
        }
        fields.writeBytes(value);
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
            byte[] value = Arrays.copyOfRange(fields, at, at + length);
            if (type == MODEL_TYPE) {
                header = readModel(archive, place, value);
            } else if (type == MIXING_MEMORY_TYPE) {
                header = readMixingMemory(archive, place, value, header);
            } else if (type == DICTIONARY_TYPE) {
                header = readDictionary(archive, place, value, header);
            } else if (type < IGNORABLE) {
                throw new UnsupportedFormatException(
                        "%s: header field of type %d is needed to decode; this program reads types 1 to 3. Use a newer one."
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
            return ArchiveHeader.withModel(
                    model, (int) ArchiveFormat.get(value, 1, 2), (int) ArchiveFormat.get(value, 3, 2));
        } catch (IllegalArgumentException e) {
            throw CorruptContainerException.in(archive, "model field", place, String.valueOf(e.getMessage()));
        }
    }

    private static ArchiveHeader readMixingMemory(String archive, long place, byte[] value, ArchiveHeader header) {
        if (value.length != 1
                || value[0] < ArchiveHeader.MIXING_MEMORY_BITS_MIN
                || value[0] > ArchiveHeader.MIXING_MEMORY_BITS_MAX) {
            throw CorruptContainerException.in(
                    archive, "mixing memory field", place, "one byte from 16 to 26 expected");
        }
        return header.withMixing(value[0]);
    }

    private static ArchiveHeader readDictionary(String archive, long place, byte[] value, ArchiveHeader header) {
        if (value.length != DictionaryId.BYTES) {
            throw CorruptContainerException.in(
                    archive, "dictionary field", place, "%d bytes, 4 expected".formatted(value.length));
        }
        if (header.mixingMemoryBits() == 0) {
            throw CorruptContainerException.in(
                    archive, "dictionary field", place, "a dictionary, but no memory for contexts is declared");
        }
        return header.withDictionary(DictionaryId.of(value, 0));
    }
}
