package io.codelength.model;

import io.codelength.exact.ActivationWidth;
import io.codelength.exact.ProfileLimits;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.token.Alphabet;
import io.codelength.token.TokenizerDefinition;
import io.codelength.token.TokenizerFormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads the exact file, the mirror image of {@link ExactModelWriter}. Believes nothing: the sizes in the header must give
 * the length of the file before anything of their size is allocated, and every scale and weight must keep the bounds on
 * which docs/arithmetic.md builds.
 */
public final class ExactModelReader {
    private static final int TOKENIZER_BYTES_MAX = 1 << 27;

    private final ByteSource source;
    private final MessageDigest digest = Fingerprint.newDigest();
    private long position;

    private ExactModelReader(ByteSource source) {
        this.source = source;
    }

    /**
     * Reads everything and computes the fingerprint on the way.
     *
     * @param name the short name to give the model
     * @throws ModelFormatException if it is not an exact file that this version reads
     */
    public static ExactModel read(ByteSource source, String name) throws IOException {
        ExactModelReader reader = new ExactModelReader(source);
        ExactContents contents = reader.readContents();
        return contents.toModel(new Fingerprint(reader.digest.digest()), name);
    }

    /** Reads everything, as {@link #read} does, for those who want to write it again. */
    public static ExactContents readContents(ByteSource source) throws IOException {
        return new ExactModelReader(source).readContents();
    }

    private ExactContents readContents() throws IOException {
        if (source.length() < ExactModelWriter.FIXED_BYTES) {
            throw refuse("length", "at least " + ExactModelWriter.FIXED_BYTES + " bytes", source.length());
        }
        ByteBuffer header = take(ExactModelWriter.FIXED_BYTES);
        byte[] magic = new byte[ExactModelWriter.MAGIC.length];
        header.get(magic);
        if (!Arrays.equals(magic, ExactModelWriter.MAGIC)) {
            throw refuse("magic", "an exact file of Codelength", "other bytes");
        }
        requireVersion("layout version", ExactContents.LAYOUT_VERSION, header.getShort());
        requireVersion("numeric profile", ExactContents.PROFILE, header.getShort());
        requireVersion("importer version", ExactContents.IMPORTER_VERSION, header.getShort());
        int flags = header.getShort() & 0xffff;
        if ((flags & ~ExactModelWriter.FLAG_ROTATED) != 0) {
            throw refuse("flags", "0 or 1", flags);
        }
        int[] sizes = new int[7];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = header.getInt();
        }
        int symbols = requireRange("symbol count", header.getInt(), ProfileLimits.HEAD_ROWS_MAX);
        int headRows = requireRange("head rows", header.getInt(), ProfileLimits.HEAD_ROWS_MAX);
        int tokenizerBytes = requireRange("tokenizer length", header.getInt(), TOKENIZER_BYTES_MAX);
        double epsilon = header.getDouble();
        ModelShape shape = readShape(sizes, epsilon);
        requireLength(shape, symbols, headRows, tokenizerBytes);

        double[] frequencies = readFrequencies(shape);
        TokenizerDefinition tokenizer = readTokenizer(tokenizerBytes, symbols, headRows);
        QuantizedMatrix embedding = readMatrix(ExactContents.Kind.EMBEDDING, "embedding", shape, symbols, headRows);
        List<ExactLayer> layers = new ArrayList<>();
        for (int layer = 0; layer < shape.layers(); layer++) {
            String place = "layer " + layer + " ";
            layers.add(new ExactLayer(
                    readMatrix(ExactContents.Kind.QUERY, place + "query", shape, symbols, headRows),
                    readMatrix(ExactContents.Kind.KEY, place + "key", shape, symbols, headRows),
                    readMatrix(ExactContents.Kind.VALUE, place + "value", shape, symbols, headRows),
                    readMatrix(ExactContents.Kind.OUTPUT, place + "output", shape, symbols, headRows),
                    readMatrix(ExactContents.Kind.GATE, place + "gate", shape, symbols, headRows),
                    readMatrix(ExactContents.Kind.UP, place + "up", shape, symbols, headRows),
                    readMatrix(ExactContents.Kind.DOWN, place + "down", shape, symbols, headRows)));
        }
        QuantizedMatrix head = readMatrix(ExactContents.Kind.HEAD, "head", shape, symbols, headRows);
        boolean rotated = (flags & ExactModelWriter.FLAG_ROTATED) != 0;
        return new ExactContents(rotated, shape, frequencies, tokenizer, embedding, layers, head);
    }

    private ModelShape readShape(int[] sizes, double epsilon) {
        try {
            return new ModelShape(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5], sizes[6], epsilon);
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(source.name(), "shape", "sizes of a Llama model", e.getMessage(), e);
        }
    }

    private void requireLength(ModelShape shape, int symbols, int headRows, int tokenizerBytes) {
        long expected = ExactModelWriter.FIXED_BYTES
                + 8L * (shape.headDimension() / 2)
                + tokenizerBytes
                + ExactContents.matrixBytes(source.name(), shape, symbols, headRows);
        if (source.length() != expected) {
            throw refuse("length", expected + " bytes for the sizes in its header", source.length());
        }
    }

    private double[] readFrequencies(ModelShape shape) throws IOException {
        ByteBuffer bytes = take(8 * (shape.headDimension() / 2));
        double[] frequencies = new double[shape.headDimension() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = bytes.getDouble();
            if (!ProfileLimits.isInverseFrequency(frequencies[i])) {
                throw refuse(
                        "inverse frequency " + i,
                        "more than 0, at most " + ProfileLimits.INVERSE_FREQUENCY_MAX,
                        frequencies[i]);
            }
        }
        return frequencies;
    }

    private TokenizerDefinition readTokenizer(int bytes, int symbols, int headRows) throws IOException {
        byte[] section = take(bytes).array();
        TokenizerDefinition definition;
        try {
            definition = TokenizerDefinition.fromBytes(section);
        } catch (TokenizerFormatException e) {
            throw new ModelFormatException(source.name(), "tokenizer", "a tokenizer section", e.getMessage(), e);
        }
        if (!Arrays.equals(definition.toBytes(), section)) {
            throw refuse("tokenizer", "the one way to write this tokenizer", "another");
        }
        Alphabet alphabet = Alphabet.of(definition);
        if (alphabet.vocabulary().size() != symbols || alphabet.headSymbols().length != headRows) {
            throw refuse(
                    "tokenizer",
                    "%d symbols and %d head rows".formatted(symbols, headRows),
                    "%d and %d".formatted(alphabet.vocabulary().size(), alphabet.headSymbols().length));
        }
        return definition;
    }

    private QuantizedMatrix readMatrix(
            ExactContents.Kind kind, String place, ModelShape shape, int symbols, int headRows) throws IOException {
        int rows = kind.rows(shape, symbols, headRows);
        int columns = kind.columns(shape);
        ActivationWidth input = readWidth(kind, place);
        ByteBuffer scaleBytes = take(4 * rows);
        float[] scales = new float[rows];
        for (int row = 0; row < rows; row++) {
            scales[row] = scaleBytes.getFloat();
            if (!ProfileLimits.isScale(scales[row], kind.scaleMax())) {
                throw refuse(
                        place + " scale " + row,
                        "%s to %s".formatted(ProfileLimits.SCALE_MIN, kind.scaleMax()),
                        scales[row]);
            }
        }
        byte[] values = take(rows * columns).array();
        for (int i = 0; i < values.length; i++) {
            if (values[i] == Byte.MIN_VALUE) {
                throw refuse(place + " weight " + i, "-127 to 127", values[i]);
            }
        }
        return new QuantizedMatrix(rows, columns, values, scales, input);
    }

    private ActivationWidth readWidth(ExactContents.Kind kind, String place) throws IOException {
        int code = take(1).get();
        for (ActivationWidth width : ActivationWidth.values()) {
            if (kind.widthCode(width) == code) {
                return width;
            }
        }
        throw refuse(place + " width", kind == ExactContents.Kind.EMBEDDING ? "0" : "8 or 15", code);
    }

    /** The next bytes, which also enter the digest. */
    private ByteBuffer take(int count) throws IOException {
        byte[] bytes = new byte[count];
        source.readFully(position, bytes, 0, count);
        position += count;
        digest.update(bytes);
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private int requireRange(String place, int value, int most) {
        if (value < 1 || value > most) {
            throw refuse(place, "1 to " + most, value);
        }
        return value;
    }

    private void requireVersion(String place, int expected, int found) {
        if (found != expected) {
            throw refuse(place, expected + " (the one this version reads)", found);
        }
    }

    private ModelFormatException refuse(String place, String expected, Object found) {
        return new ModelFormatException(source.name(), place, expected, found);
    }
}
