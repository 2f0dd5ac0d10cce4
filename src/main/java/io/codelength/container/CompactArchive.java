package io.codelength.container;

import io.codelength.container.ModelReference.FingerprintPrefix;
import io.codelength.container.ModelReference.Shipped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The form for originals up to 16 KiB ({@code docs/format.md}, "Compact form"): one lane, one of two kinds of windows, one
 * checksum over everything. The payload can be checked only by decoding it.
 *
 * @param method how the payload spells the original
 * @param overlaps whether the model's windows overlap; false for methods without a model
 * @param model which model decodes it; empty for methods 0 and 1; a fingerprint prefix has 8 bytes
 * @param dictionary what the mixing learned before; empty without one and for methods that mix no contexts
 * @param originalBytes bytes of the original, 0 to 16,384
 * @param checksum CRC-32C of head, payload and, unless stored, original
 * @param payload the original itself if stored, else fewer bytes; not copied
 */
public record CompactArchive(
        FrameMethod method,
        boolean overlaps,
        Optional<ModelReference> model,
        Optional<DictionaryId> dictionary,
        int originalBytes,
        int checksum,
        byte[] payload)
        implements IncomingArchive {
    /** The longest original this form holds. */
    public static final int ORIGINAL_BYTES_MAX = 16 << 10;

    /** The longest archive of this form. */
    public static final int BYTES_MAX = 2 + 1 + 3 + 9 + 4 + 4 + ORIGINAL_BYTES_MAX;

    /** Set in the method's byte if the windows overlap. */
    private static final int OVERLAPS = 0x80;

    /** Set in the method's byte if a dictionary is named. */
    private static final int HAS_DICTIONARY = 0x40;

    private static final int PREFIX_BYTES = 8;
    private static final int CHECKSUM_BYTES = 4;

    public CompactArchive {
        brokenRule(method, overlaps, model, dictionary, originalBytes, payload.length)
                .ifPresent(rule -> {
                    throw new IllegalArgumentException(rule);
                });
    }

    private static Optional<String> brokenRule(
            FrameMethod method,
            boolean overlaps,
            Optional<ModelReference> model,
            Optional<DictionaryId> dictionary,
            int originalBytes,
            int payloadBytes) {
        if (originalBytes < 0 || originalBytes > ORIGINAL_BYTES_MAX) {
            return Optional.of("%d original bytes, at most %d expected".formatted(originalBytes, ORIGINAL_BYTES_MAX));
        }
        if (method == FrameMethod.STORED ? payloadBytes != originalBytes : payloadBytes >= originalBytes) {
            return Optional.of("payload of %d bytes for %d original bytes, %s expected"
                    .formatted(payloadBytes, originalBytes, method == FrameMethod.STORED ? "as many" : "fewer"));
        }
        if (method.needsModel() != model.isPresent()) {
            return Optional.of(
                    "method %s %s a model".formatted(method, method.needsModel() ? "needs" : "has no use for"));
        }
        if (overlaps && !method.needsModel()) {
            return Optional.of("method %s has no windows that could overlap".formatted(method));
        }
        if (dictionary.isPresent() && !method.mixesContexts()) {
            return Optional.of("method %s has no use for a dictionary".formatted(method));
        }
        if (model.orElse(null) instanceof FingerprintPrefix prefix && prefix.toBytes().length != PREFIX_BYTES) {
            return Optional.of("the compact form names 8 bytes of a fingerprint");
        }
        return Optional.empty();
    }

    /** The original as it is. */
    public static CompactArchive stored(byte[] original) {
        return sealed(FrameMethod.STORED, false, Optional.empty(), Optional.empty(), original, original);
    }

    /** A coded original without a dictionary. */
    public static CompactArchive coded(
            FrameMethod method, boolean overlaps, Optional<ModelReference> model, byte[] original, byte[] payload) {
        return coded(method, overlaps, model, Optional.empty(), original, payload);
    }

    /**
     * A coded original.
     *
     * @param method any but {@link FrameMethod#STORED}
     * @param overlaps whether the model's windows overlap; of no meaning if the method needs no model
     * @param model which model decodes it, if the method needs one; of a longer fingerprint prefix 8 bytes are kept
     * @param dictionary what the mixing learned before, if the method mixes contexts and there is one
     * @param original 1 to 16,384 bytes
     * @param payload fewer bytes than the original
     */
    public static CompactArchive coded(
            FrameMethod method,
            boolean overlaps,
            Optional<ModelReference> model,
            Optional<DictionaryId> dictionary,
            byte[] original,
            byte[] payload) {
        if (method == FrameMethod.STORED) {
            throw new IllegalArgumentException("a coded archive is not stored");
        }
        Optional<ModelReference> named = model.map(reference -> reference instanceof FingerprintPrefix prefix
                ? new FingerprintPrefix(Arrays.copyOf(prefix.toBytes(), PREFIX_BYTES))
                : reference);
        return sealed(method, overlaps && method.needsModel(), named, dictionary, original, payload);
    }

    private static CompactArchive sealed(
            FrameMethod method,
            boolean overlaps,
            Optional<ModelReference> model,
            Optional<DictionaryId> dictionary,
            byte[] original,
            byte[] payload) {
        byte[] head = head(method, overlaps, model, dictionary, original.length);
        int checksum = checksum(method, head, payload, original);
        return new CompactArchive(method, overlaps, model, dictionary, original.length, checksum, payload);
    }

    /** The whole archive. */
    public byte[] toBytes() {
        byte[] head = head(method, overlaps, model, dictionary, originalBytes);
        byte[] bytes = Arrays.copyOf(head, head.length + CHECKSUM_BYTES + payload.length);
        ArchiveFormat.put(bytes, head.length, CHECKSUM_BYTES, checksum);
        System.arraycopy(payload, 0, bytes, head.length + CHECKSUM_BYTES, payload.length);
        return bytes;
    }

    /**
     * Reads a whole archive, and checks it as far as that goes without decoding: fully if stored.
     *
     * @param name what the archive is called, for error messages
     * @throws CorruptContainerException naming the place, if it is not ours or damaged
     * @throws UnsupportedFormatException if it is of another version or method
     */
    public static CompactArchive parse(String name, byte[] bytes) {
        if (ArchiveForm.of(bytes) != ArchiveForm.COMPACT) {
            throw ArchiveForm.foreign(name);
        }
        int version = bytes[1] & 15;
        if (version != ArchiveFormat.COMPACT_VERSION) {
            throw new UnsupportedFormatException(
                    "%s: compact format version %d; this program reads version %d. If no program wrote that, the file is damaged."
                            .formatted(name, version, ArchiveFormat.COMPACT_VERSION));
        }
        Cursor in = new Cursor(name, bytes, 2);
        int number = in.next();
        boolean overlaps = (number & OVERLAPS) != 0;
        FrameMethod method = FrameMethod.of(number & ~(OVERLAPS | HAS_DICTIONARY))
                .orElseThrow(() -> new UnsupportedFormatException(
                        "%s: method byte %d; this program reads methods 0 to 3 and 5 to 7. Use a newer one."
                                .formatted(name, number)));
        int originalBytes = in.nextLength();
        Optional<ModelReference> model = method.needsModel() ? Optional.of(in.nextModel()) : Optional.empty();
        Optional<DictionaryId> dictionary = (number & HAS_DICTIONARY) != 0
                ? Optional.of(DictionaryId.of(in.next(DictionaryId.BYTES), 0))
                : Optional.empty();
        int checksum = ArchiveFormat.getInt(in.next(CHECKSUM_BYTES), 0);
        byte[] payload = in.next(bytes.length - in.at);
        brokenRule(method, overlaps, model, dictionary, originalBytes, payload.length)
                .ifPresent(rule -> {
                    throw damaged(name, 2, rule);
                });
        CompactArchive archive =
                new CompactArchive(method, overlaps, model, dictionary, originalBytes, checksum, payload);
        if (method == FrameMethod.STORED) {
            archive.checkRestored(name, payload);
        }
        return archive;
    }

    /** Reads a whole archive from a source: see {@link #parse}. */
    public static CompactArchive read(ArchiveSource source) throws IOException {
        // One byte more than the longest tells whether something follows.
        byte[] bytes = new byte[(int) Math.min(BYTES_MAX + 1, source.length())];
        source.readFully(0, bytes, 0, bytes.length);
        return parse(source.name(), bytes);
    }

    /**
     * Compares what the payload was decoded to with the checksum.
     *
     * @throws CorruptContainerException if head, payload or the restored bytes are not as written
     */
    public void checkRestored(String name, byte[] restored) {
        byte[] head = head(method, overlaps, model, dictionary, originalBytes);
        int found = checksum(method, head, payload, restored);
        if (restored.length != originalBytes || found != checksum) {
            throw damaged(
                    name,
                    head.length,
                    "%d bytes with checksum %s, expected %d with %s"
                            .formatted(restored.length, Checksums.hex(found), originalBytes, Checksums.hex(checksum)));
        }
    }

    private static CorruptContainerException damaged(String name, long offset, String what) {
        return new CorruptContainerException(
                offset,
                "%s: compact archive (offset %d): %s. The file is damaged; this form has no parts to recover."
                        .formatted(name, offset, what));
    }

    private static int checksum(FrameMethod method, byte[] head, byte[] payload, byte[] original) {
        CRC32C crc = new CRC32C();
        crc.update(head);
        if (method != FrameMethod.STORED) {
            crc.update(payload);
        }
        crc.update(original);
        return (int) crc.getValue();
    }

    /** All before the checksum. */
    private static byte[] head(
            FrameMethod method,
            boolean overlaps,
            Optional<ModelReference> model,
            Optional<DictionaryId> dictionary,
            int originalBytes) {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        head.write(ArchiveFormat.COMPACT_MAGIC);
        head.write(ArchiveFormat.COMPACT_MAGIC >>> 8 | ArchiveFormat.COMPACT_VERSION);
        head.write(method.number() | (overlaps ? OVERLAPS : 0) | (dictionary.isPresent() ? HAS_DICTIONARY : 0));
        int rest = originalBytes;
        for (; rest >= 0x80; rest >>>= 7) {
            head.write((rest & 0x7F) | 0x80);
        }
        head.write(rest);
        model.ifPresent(reference -> {
            if (reference instanceof Shipped shipped) {
                head.write(shipped.number());
            } else {
                head.write(0);
                head.writeBytes(((FingerprintPrefix) reference).toBytes());
            }
        });
        dictionary.ifPresent(id -> head.writeBytes(id.toBytes()));
        return head.toByteArray();
    }

    /** Takes fields off an archive; the mirror image of {@link #head}. */
    private static final class Cursor {
        private final String name;
        private final byte[] bytes;
        private int at;

        Cursor(String name, byte[] bytes, int at) {
            this.name = name;
            this.bytes = bytes;
            this.at = at;
        }

        byte[] next(int count) {
            if (count > bytes.length - at) {
                throw damaged(name, bytes.length, "ends within its head");
            }
            at += count;
            return Arrays.copyOfRange(bytes, at - count, at);
        }

        int next() {
            return next(1)[0] & 0xFF;
        }

        int nextLength() {
            int length = 0;
            for (int shift = 0; shift <= 14; shift += 7) {
                int group = next();
                length |= (group & 0x7F) << shift;
                if (group < 0x80) {
                    if (group == 0 && shift > 0) {
                        break;
                    }
                    return length;
                }
            }
            throw damaged(name, 3, "length is not three groups of bits at most, as few as hold it");
        }

        ModelReference nextModel() {
            int number = next();
            return number == 0 ? new FingerprintPrefix(next(PREFIX_BYTES)) : new Shipped(number);
        }
    }
}
