package io.codelength.model;

import io.codelength.exact.QuantizedMatrix;
import io.codelength.token.Alphabet;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;

/**
 * Writes the exact file: one byte sequence for given contents, so that its SHA-256 names them. The layout is in {@code
 * docs/models.md}; {@link ExactModelReader} is the mirror image.
 */
public final class ExactModelWriter {
    static final byte[] MAGIC = {'C', 'L', 'E', 'X', 'A', 'C', 'T', 0x1a};
    static final int FIXED_BYTES = 64;
    static final int FLAG_ROTATED = 1;

    private final OutputStream out;
    private final MessageDigest digest = Fingerprint.newDigest();

    private ExactModelWriter(OutputStream out) {
        this.out = out;
    }

    /**
     * Writes everything; the caller closes the stream.
     *
     * @return the fingerprint of what was written
     */
    public static Fingerprint write(ExactContents contents, OutputStream out) throws IOException {
        return new ExactModelWriter(out).write(contents);
    }

    /** The fingerprint that {@link #write} would return. */
    public static Fingerprint fingerprint(ExactContents contents) {
        try {
            return write(contents, OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new IllegalStateException("a stream that goes nowhere cannot fail", e);
        }
    }

    private Fingerprint write(ExactContents contents) throws IOException {
        ModelShape shape = contents.shape();
        byte[] tokenizer = contents.tokenizer().toBytes();
        int frequencies = contents.inverseFrequencies().length;
        ByteBuffer header = ByteBuffer.allocate(FIXED_BYTES + 8 * frequencies).order(ByteOrder.LITTLE_ENDIAN);
        header.put(MAGIC)
                .putShort((short) ExactContents.LAYOUT_VERSION)
                .putShort((short) ExactContents.PROFILE)
                .putShort((short) ExactContents.IMPORTER_VERSION)
                .putShort((short) (contents.rotated() ? FLAG_ROTATED : 0))
                .putInt(shape.hidden())
                .putInt(shape.layers())
                .putInt(shape.heads())
                .putInt(shape.keyValueHeads())
                .putInt(shape.headDimension())
                .putInt(shape.feedForward())
                .putInt(shape.contextTokens())
                .putInt(Alphabet.of(contents.tokenizer()).vocabulary().size())
                .putInt(contents.head().rows())
                .putInt(tokenizer.length)
                .putDouble(shape.normEpsilon());
        for (double frequency : contents.inverseFrequencies()) {
            header.putDouble(frequency);
        }
        put(header.array());
        put(tokenizer);
        putMatrix(ExactContents.Kind.EMBEDDING, contents.embedding());
        for (ExactLayer layer : contents.layers()) {
            putMatrix(ExactContents.Kind.QUERY, layer.query());
            putMatrix(ExactContents.Kind.KEY, layer.key());
            putMatrix(ExactContents.Kind.VALUE, layer.value());
            putMatrix(ExactContents.Kind.OUTPUT, layer.output());
            putMatrix(ExactContents.Kind.GATE, layer.gate());
            putMatrix(ExactContents.Kind.UP, layer.up());
            putMatrix(ExactContents.Kind.DOWN, layer.down());
        }
        putMatrix(ExactContents.Kind.HEAD, contents.head());
        return new Fingerprint(digest.digest());
    }

    private void putMatrix(ExactContents.Kind kind, QuantizedMatrix matrix) throws IOException {
        put(new byte[] {(byte) kind.widthCode(matrix.input())});
        ByteBuffer scales = ByteBuffer.allocate(4 * matrix.rows()).order(ByteOrder.LITTLE_ENDIAN);
        for (float scale : matrix.scales()) {
            scales.putFloat(scale);
        }
        put(scales.array());
        put(matrix.values());
    }

    private void put(byte[] bytes) throws IOException {
        digest.update(bytes);
        out.write(bytes);
    }
}
