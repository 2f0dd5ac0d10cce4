package io.codelength.container;

import java.util.Arrays;
import java.util.HexFormat;

/** How an archive names the model that decodes it. */
public sealed interface ModelReference {
    /** A model that ships inside the program, by its number from 1. */
    record Shipped(int number) implements ModelReference {
        public Shipped {
            if (number < 1 || number > 255) {
                throw new IllegalArgumentException("shipped model number %d is not in 1..255".formatted(number));
            }
        }

        @Override
        public String toString() {
            return "shipped model " + number;
        }
    }

    /** Any other model, by the first bytes of its fingerprint: 16 in a full archive, 8 in the compact form. */
    final class FingerprintPrefix implements ModelReference {
        private final byte[] prefix;

        public FingerprintPrefix(byte[] prefix) {
            if (prefix.length != 8 && prefix.length != 16) {
                throw new IllegalArgumentException("fingerprint prefix of %d bytes".formatted(prefix.length));
            }
            this.prefix = prefix.clone();
        }

        public byte[] toBytes() {
            return prefix.clone();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof FingerprintPrefix that && Arrays.equals(prefix, that.prefix);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(prefix);
        }

        @Override
        public String toString() {
            return HexFormat.of().formatHex(prefix);
        }
    }
}
