package io.codelength.container;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * A text that mixing learns before it begins, and the {@code .cldict} file that holds it ({@code docs/format.md},
 * "Dictionary"). Equal texts are equal dictionaries.
 */
public final class Dictionary {
    /** The shortest and the longest text. */
    public static final int TEXT_BYTES_MIN = 1;

    public static final int TEXT_BYTES_MAX = 1 << 20;

    /** What files are called. */
    public static final String SUFFIX = ".cldict";

    private static final int MAGIC = 0x444CC1;
    private static final int VERSION = 1;
    private static final int LENGTH_AT = 4;
    private static final int DIGEST_AT = 8;
    private static final int TEXT_AT = DIGEST_AT + 32;

    private final byte[] text;
    private final byte[] sha256;

    /** @param text 1 byte to 1 MiB */
    public Dictionary(byte[] text) {
        if (text.length < TEXT_BYTES_MIN || text.length > TEXT_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a dictionary of %d bytes; 1 byte to 1 MiB can be used".formatted(text.length));
        }
        this.text = text.clone();
        this.sha256 = sha256(text);
    }

    /**
     * Reads a whole file and checks it.
     *
     * @param name what the file is called, for error messages
     * @param in the file; read to its end, but not beyond what a dictionary may have; not closed
     * @throws CorruptContainerException naming the place, if it is not a dictionary or damaged
     * @throws UnsupportedFormatException if it is of another version
     */
    public static Dictionary read(String name, InputStream in) throws IOException {
        byte[] head = in.readNBytes(TEXT_AT);
        if (head.length < LENGTH_AT || ArchiveFormat.get(head, 0, 3) != MAGIC) {
            throw damaged(name, 0, "it does not begin as a dictionary does");
        }
        if (head[3] != VERSION) {
            throw new UnsupportedFormatException(
                    "%s: dictionary format version %d; this program reads version %d. If no program wrote that, the file is damaged."
                            .formatted(name, head[3] & 0xFF, VERSION));
        }
        if (head.length < TEXT_AT) {
            throw damaged(name, head.length, "it ends within its head");
        }
        long length = ArchiveFormat.get(head, LENGTH_AT, 4);
        if (length < TEXT_BYTES_MIN || length > TEXT_BYTES_MAX) {
            throw damaged(name, LENGTH_AT, "a text of %d bytes, 1 to %d expected".formatted(length, TEXT_BYTES_MAX));
        }
        byte[] text = in.readNBytes((int) length);
        if (text.length < length) {
            throw damaged(
                    name,
                    TEXT_AT + text.length,
                    "it ends after %d bytes of text, expected %d".formatted(text.length, length));
        }
        if (in.read() >= 0) {
            throw damaged(name, TEXT_AT + text.length, "bytes follow its text");
        }
        Dictionary dictionary = new Dictionary(text);
        byte[] expected = Arrays.copyOfRange(head, DIGEST_AT, TEXT_AT);
        if (!Arrays.equals(dictionary.sha256, expected)) {
            throw damaged(
                    name,
                    DIGEST_AT,
                    "its text has the digest %s, expected %s"
                            .formatted(dictionary.sha256(), HexFormat.of().formatHex(expected)));
        }
        return dictionary;
    }

    /** The whole file. */
    public byte[] toBytes() {
        byte[] bytes = new byte[TEXT_AT + text.length];
        ArchiveFormat.put(bytes, 0, 3, MAGIC);
        bytes[3] = VERSION;
        ArchiveFormat.put(bytes, LENGTH_AT, 4, text.length);
        System.arraycopy(sha256, 0, bytes, DIGEST_AT, sha256.length);
        System.arraycopy(text, 0, bytes, TEXT_AT, text.length);
        return bytes;
    }

    /** Whether a file that begins so wants to be a dictionary. */
    public static boolean isBeginning(byte[] bytes) {
        return bytes.length >= 3 && ArchiveFormat.get(bytes, 0, 3) == MAGIC;
    }

    /** What archives call it. */
    public DictionaryId id() {
        return DictionaryId.of(sha256, 0);
    }

    /** SHA-256 of the text, in hexadecimal digits. */
    public String sha256() {
        return HexFormat.of().formatHex(sha256);
    }

    /** What is learned; not to be changed. */
    public byte[] text() {
        return text;
    }

    private static CorruptContainerException damaged(String name, long offset, String what) {
        return new CorruptContainerException(
                offset,
                "%s: dictionary (offset %d): %s. The file is damaged or not a dictionary; train or fetch it again."
                        .formatted(name, offset, what));
    }

    private static byte[] sha256(byte[] text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("invariant broken: every JDK has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Dictionary that && Arrays.equals(sha256, that.sha256);
    }

    @Override
    public int hashCode() {
        return id().value();
    }

    @Override
    public String toString() {
        return "dictionary " + id();
    }
}
