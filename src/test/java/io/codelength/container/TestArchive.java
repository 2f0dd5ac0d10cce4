package io.codelength.container;

import io.codelength.container.ModelReference.FingerprintPrefix;
import io.codelength.container.ModelReference.Shipped;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** An archive with the original it holds. Its coded frames use a toy coder: letters of the text in four bits each. */
record TestArchive(byte[] original, byte[] bytes) {
    static final List<ModelReference> MODELS = List.of(new Shipped(1), new FingerprintPrefix(noise(99, 16)));

    private static final List<FrameMethod> CODED =
            List.of(FrameMethod.CONTEXT_MIXING, FrameMethod.TOKENS, FrameMethod.MIXED);

    private static final byte[] LETTERS = "etaoin shrdlucm\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    static Builder builder(ArchiveHeader header) {
        return new Builder(header);
    }

    static byte[] noise(long seed, int count) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Text that {@link #shrink} halves. */
    static byte[] text(long seed, int count) {
        byte[] bytes = noise(seed, count);
        for (int i = 0; i < count; i++) {
            bytes[i] = LETTERS[bytes[i] & 15];
        }
        return bytes;
    }

    static byte[] shrink(byte[] text) {
        byte[] payload = new byte[(text.length + 1) / 2];
        for (int i = 0; i < text.length; i++) {
            int code = Arrays.binarySearch(SORTED, text[i]);
            payload[i / 2] |= (byte) (i % 2 == 0 ? code : code << 4);
        }
        return payload;
    }

    private static final byte[] SORTED = sorted();

    private static byte[] sorted() {
        byte[] letters = LETTERS.clone();
        Arrays.sort(letters);
        return letters;
    }

    /** The way back; as a codec would, it takes whatever payload comes. */
    static byte[] expand(byte[] payload, int originalBytes) {
        byte[] text = new byte[originalBytes];
        for (int i = 0; i < originalBytes; i++) {
            int pair = i / 2 < payload.length ? payload[i / 2] : 0;
            text[i] = SORTED[(i % 2 == 0 ? pair : pair >> 4) & 15];
        }
        return text;
    }

    static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    static byte[] restore(Frame frame) {
        return frame instanceof CodedFrame coded
                ? expand(coded.payload(), coded.originalBytes())
                : ((StoredFrame) frame).bytes();
    }

    /** Reads an archive of either form the way the codec does. */
    static byte[] restore(String name, byte[] archive) throws IOException {
        return restore(name, new ByteArrayInputStream(archive));
    }

    static byte[] restore(String name, InputStream archive) throws IOException {
        IncomingArchive incoming = IncomingArchive.open(name, archive);
        if (incoming instanceof CompactArchive compact) {
            byte[] restored = compact.method() == FrameMethod.STORED
                    ? compact.payload()
                    : expand(compact.payload(), compact.originalBytes());
            compact.checkRestored(name, restored);
            return restored;
        }
        ArchiveReader reader = (ArchiveReader) incoming;
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Optional<LocatedFrame> next = reader.next(); next.isPresent(); next = reader.next()) {
            byte[] restored = restore(next.get().frame());
            next.get().checkRestored(name, restored);
            all.writeBytes(restored);
        }
        reader.finish(sha256(all.toByteArray()));
        return all.toByteArray();
    }

    /** A few frames of all methods, from nothing to some 100 KB. */
    static TestArchive random(long seed) throws IOException {
        Random random = new Random(seed);
        Builder builder = builder(ArchiveHeader.withModel(MODELS.get(random.nextInt(2)), 2 + random.nextInt(5000), 0)
                .withMixing(22));
        int frames = random.nextInt(8);
        for (int i = 0; i < frames; i++) {
            int bytes = 3 + random.nextInt(random.nextBoolean() ? 30 : 20_000);
            if (random.nextBoolean()) {
                builder.stored(noise(random.nextLong(), bytes));
            } else {
                FrameMethod method = CODED.get(random.nextInt(3));
                builder.coded(method, 1 + random.nextInt(Math.min(32, bytes)), text(random.nextLong(), bytes));
            }
        }
        return builder.build();
    }

    static final class Builder {
        private final ByteArrayOutputStream original = new ByteArrayOutputStream();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final ArchiveWriter writer;

        private Builder(ArchiveHeader header) {
            writer = new ArchiveWriter(bytes, header);
        }

        ArchiveWriter writer() {
            return writer;
        }

        Builder stored(byte[] part) throws IOException {
            original.writeBytes(part);
            for (int from = 0; from < part.length; from += 1 << 20) {
                writer.append(new StoredFrame(Arrays.copyOfRange(part, from, Math.min(part.length, from + (1 << 20)))));
            }
            return this;
        }

        Builder coded(FrameMethod method, int lanes, byte[] part) throws IOException {
            original.writeBytes(part);
            writer.append(new CodedFrame(method, lanes, part.length, Checksums.crc32c(part), shrink(part)));
            return this;
        }

        TestArchive build() throws IOException {
            long length = writer.finish(sha256(original.toByteArray()));
            if (length != bytes.size() || writer.writtenBytes() != length) {
                throw new AssertionError("writer says %d, wrote %d".formatted(length, bytes.size()));
            }
            return new TestArchive(original.toByteArray(), bytes.toByteArray());
        }
    }
}
