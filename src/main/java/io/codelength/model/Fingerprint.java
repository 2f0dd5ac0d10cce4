package io.codelength.model;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/** The SHA-256 of a model's exact file, which holds all that matters for decoding; archives name it. */
public final class Fingerprint {
    /** Length of a fingerprint in bytes. */
    public static final int BYTES = 32;

    private final byte[] digest;

    /** @param digest 32 bytes; copied */
    public Fingerprint(byte[] digest) {
        if (digest.length != BYTES) {
            throw new IllegalArgumentException("a fingerprint has 32 bytes, not %d".formatted(digest.length));
        }
        this.digest = digest.clone();
    }

    /** @param hex 64 hexadecimal digits */
    public static Fingerprint parse(String hex) {
        return new Fingerprint(HexFormat.of().parseHex(hex));
    }

    /** A SHA-256 that has seen nothing yet. */
    public static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** A copy of the 32 bytes. */
    public byte[] toBytes() {
        return digest.clone();
    }

    /** The first twelve hexadecimal digits, for people. */
    public String abbreviated() {
        return toString().substring(0, 12);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Fingerprint that && Arrays.equals(digest, that.digest);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(digest);
    }

    /** All 64 hexadecimal digits, lower case. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(digest);
    }
}
