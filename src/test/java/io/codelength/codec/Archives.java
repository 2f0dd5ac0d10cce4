package io.codelength.codec;

import io.codelength.container.ArchiveReader;
import io.codelength.container.ArchiveSource;
import io.codelength.container.ArchiveWriter;
import io.codelength.container.CodedFrame;
import io.codelength.container.CompactArchive;
import io.codelength.container.CorruptContainerException;
import io.codelength.container.Frame;
import io.codelength.container.FrameMethod;
import io.codelength.container.IncomingArchive;
import io.codelength.container.LocatedFrame;
import io.codelength.container.StoredFrame;
import io.codelength.limit.CallScope;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Compressing and restoring in memory, the way tests do it. */
public final class Archives {
    static final long MEMORY = 1L << 30;

    private Archives() {}

    public static CompressionOptions options(int lanes, int batchLanes) {
        return new CompressionOptions(
                Tier.MODEL, lanes == 0 ? OptionalInt.empty() : OptionalInt.of(lanes), true, batchLanes);
    }

    public static byte[] compress(PredictorSource source, byte[] original, CompressionOptions options) {
        return compress(new Compressor(source), source, original, options);
    }

    static byte[] compress(Compressor compressor, PredictorSource source, byte[] original, CompressionOptions options) {
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try {
            compressor.compress(
                    new ByteArrayInputStream(original),
                    archive,
                    Optional.of(source.named("")),
                    options,
                    CallScope.withMemory(MEMORY),
                    Progress.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return archive.toByteArray();
    }

    /** An archive of one frame, with a stored frame before it, which a compressor would not have made. */
    public static byte[] withStoredInFront(byte[] stored, byte[] original, byte[] archive) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        try {
            ArchiveReader reader = reader(archive);
            ArchiveWriter writer = new ArchiveWriter(joined, reader.header());
            writer.append(new StoredFrame(stored));
            writer.append(reader.next().orElseThrow().frame());
            MessageDigest digest = Digests.sha256();
            digest.update(stored);
            writer.finish(digest.digest(original));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return joined.toByteArray();
    }

    /** The frames of many archives of one model in one archive, which has the header of the first. */
    static byte[] joined(List<byte[]> archives, byte[] original) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        try {
            ArchiveWriter writer =
                    new ArchiveWriter(joined, reader(archives.get(0)).header());
            for (byte[] archive : archives) {
                ArchiveReader reader = reader(archive);
                for (Optional<LocatedFrame> next = reader.next(); next.isPresent(); next = reader.next()) {
                    writer.append(next.get().frame());
                }
            }
            writer.finish(Digests.sha256().digest(original));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return joined.toByteArray();
    }

    private static ArchiveReader reader(byte[] archive) throws IOException {
        return (ArchiveReader) IncomingArchive.open("test.clen", new ByteArrayInputStream(archive));
    }

    /** What an archive's first frame was coded with. */
    static FrameMethod method(byte[] archive) {
        try {
            IncomingArchive incoming = IncomingArchive.open("test.clen", new ByteArrayInputStream(archive));
            if (incoming instanceof CompactArchive compact) {
                return compact.method();
            }
            Frame first = ((ArchiveReader) incoming).next().orElseThrow().frame();
            return first instanceof CodedFrame coded ? coded.method() : FrameMethod.STORED;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static byte[] restore(PredictorSource source, byte[] archive) {
        return restore(source, archive, CompressionOptions.DEFAULT_BATCH_LANES);
    }

    static byte[] restore(PredictorSource source, byte[] archive, int batchLanes) {
        ByteArrayOutputStream original = new ByteArrayOutputStream();
        try {
            new Decompressor(source, batchLanes)
                    .decompress(
                            "test.clen",
                            new ByteArrayInputStream(archive),
                            original,
                            Long.MAX_VALUE,
                            CallScope.withMemory(MEMORY),
                            Progress.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return original.toByteArray();
    }

    static byte[] range(PredictorSource source, byte[] archive, long first, long last) {
        ByteArrayOutputStream original = new ByteArrayOutputStream();
        try {
            new Decompressor(source, 8)
                    .decompressRange(
                            inMemory(archive), first, last, original, CallScope.withMemory(MEMORY), Progress.NONE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return original.toByteArray();
    }

    static ArchiveSource inMemory(byte[] archive) {
        return new ArchiveSource() {
            @Override
            public String name() {
                return "test.clen";
            }

            @Override
            public long length() {
                return archive.length;
            }

            @Override
            public void readFully(long offset, byte[] target, int from, int count) throws IOException {
                if (offset + count > archive.length) {
                    throw new EOFException();
                }
                System.arraycopy(archive, (int) offset, target, from, count);
            }
        };
    }

    /** What becomes of an archive, damaged perhaps: how much it restores, or the words of the error. */
    static String outcome(PredictorSource source, byte[] archive) {
        try {
            return restore(source, archive).length + " bytes";
        } catch (CorruptContainerException e) {
            return String.valueOf(e.getMessage());
        } catch (RuntimeException e) {
            return e.toString();
        }
    }
}
