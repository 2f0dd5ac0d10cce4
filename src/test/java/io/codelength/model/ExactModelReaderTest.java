package io.codelength.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExactModelReaderTest {
    private static final ModelShape SHAPE = new ModelShape(8, 1, 2, 1, 4, 6, 16, 1e-5);
    private static final byte[] FILE = file();

    // Offsets of docs/models.md, written out once more.
    private static final int HIDDEN = 16;
    private static final int SYMBOLS = 44;
    private static final int HEAD_ROWS = 48;
    private static final int TOKENIZER_BYTES = 52;
    private static final int EPSILON = 56;
    private static final int FREQUENCIES = 64;
    private static final int TOKENIZER = 80;

    @Test
    void everyTruncationIsRefused() {
        for (int length = 0; length < FILE.length; length++) {
            refused(Arrays.copyOf(FILE, length), "length", "found " + length);
        }
        refused(Arrays.copyOf(FILE, FILE.length + 1), "length", "found " + (FILE.length + 1));
    }

    @Test
    void bitFlipsAnywhereAreRefusedOrGiveAnotherFingerprint() {
        Fingerprint right = read(FILE).fingerprint();
        for (int at = 0; at < FILE.length; at += 3) {
            byte[] bent = FILE.clone();
            bent[at] ^= (byte) (1 << at % 8);
            RefusalTest.harmlessOrRefused(
                    () -> assertThat(read(bent).fingerprint()).isNotEqualTo(right));
        }
    }

    @Test
    void everyBitFlipOfTheHeaderIsRefusedOrGivesAnotherFingerprint() {
        Fingerprint right = read(FILE).fingerprint();
        for (int bit = 0; bit < TOKENIZER * 8; bit++) {
            byte[] bent = FILE.clone();
            bent[bit / 8] ^= (byte) (1 << bit % 8);
            RefusalTest.harmlessOrRefused(
                    () -> assertThat(read(bent).fingerprint()).isNotEqualTo(right));
        }
    }

    @Test
    void randomBytesBehindTheMagicAreRefused() {
        Random random = new Random(5);
        for (int round = 0; round < 2000; round++) {
            byte[] bytes = new byte[random.nextInt(400)];
            random.nextBytes(bytes);
            System.arraycopy(FILE, 0, bytes, 0, Math.min(bytes.length, random.nextInt(3) * 8));
            assertThatThrownBy(() -> read(bytes)).isInstanceOf(ModelFormatException.class);
        }
    }

    @Test
    void sizesBeyondTheFileAreRefusedBeforeTheyAreAllocated() {
        for (int value : new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0}) {
            for (int field = 0; field < 7; field++) {
                refused(with(HIDDEN + 4 * field, value), "", "");
            }
            refused(with(SYMBOLS, value), "symbol count", String.valueOf(value));
            refused(with(HEAD_ROWS, value), "head rows", String.valueOf(value));
            refused(with(TOKENIZER_BYTES, value), "tokenizer length", String.valueOf(value));
        }
        refused(with(HIDDEN, 16384), "length", "for the sizes in its header");
        refused(with(HIDDEN + 4, 1024), "length", "for the sizes in its header");
        refused(with(SYMBOLS, 262143), "length", "for the sizes in its header");
    }

    @Test
    void fieldsOutOfTheirRangeAreRefusedByName() {
        refused(withByte(0, 'X'), "magic", "other bytes");
        refused(withByte(8, 2), "layout version", "2");
        refused(withByte(10, 2), "numeric profile", "2");
        refused(withByte(12, 2), "importer version", "2");
        refused(withByte(14, 2), "flags", "2");
        refused(withByte(15, 1), "flags", "257");
        refused(withDouble(EPSILON, Double.NaN), "shape", "NaN");
        refused(withDouble(EPSILON, 0), "shape", "normEpsilon");
        refused(withDouble(FREQUENCIES, 17), "inverse frequency 0", "17");
        refused(withDouble(FREQUENCIES + 8, Double.NaN), "inverse frequency 1", "NaN");
        int embedding = TOKENIZER + header().getInt(TOKENIZER_BYTES);
        refused(withByte(TOKENIZER, 9), "tokenizer", "version");
        refused(withByte(embedding, 8), "embedding width", "8");
        int rows = header().getInt(SYMBOLS) + 1;
        for (float scale : new float[] {0, -1, Float.NaN, Float.POSITIVE_INFINITY, 0x1p15f, 0x1p-48f}) {
            refused(with(embedding + 1, Float.floatToIntBits(scale)), "embedding scale 0", String.valueOf(scale));
        }
        int values = embedding + 1 + 4 * rows;
        refused(withByte(values + 3, -128), "embedding weight 3", "-128");
        int query = values + 8 * rows;
        refused(withByte(query, 7), "layer 0 query width", "7");
        assertThat(read(withByte(query, 15)).layers().get(0).query().input().largest())
                .isEqualTo(16383);
    }

    private static ByteBuffer header() {
        return ByteBuffer.wrap(FILE).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] with(int at, int value) {
        byte[] bent = FILE.clone();
        ByteBuffer.wrap(bent).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        return bent;
    }

    private static byte[] withDouble(int at, double value) {
        byte[] bent = FILE.clone();
        ByteBuffer.wrap(bent).order(ByteOrder.LITTLE_ENDIAN).putDouble(at, value);
        return bent;
    }

    private static byte[] withByte(int at, int value) {
        byte[] bent = FILE.clone();
        bent[at] = (byte) value;
        return bent;
    }

    private static ExactModel read(byte[] bytes) {
        try {
            return ExactModelReader.read(new ArraySource("tiny.exact", bytes), "tiny");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void refused(byte[] bytes, String place, String words) {
        assertThatThrownBy(() -> read(bytes))
                .isInstanceOf(ModelFormatException.class)
                .hasMessageContaining("tiny.exact")
                .hasMessageContaining(place)
                .hasMessageContaining(words);
    }

    private static byte[] file() {
        try {
            return ModelImporterTest.file(
                    TinyModels.contents(TinyModels.source(SHAPE, true, 1), ImportOptions.DEFAULT, 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
