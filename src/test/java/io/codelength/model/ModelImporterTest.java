package io.codelength.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.Shared;
import io.codelength.exact.ActivationWidth;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.limit.Cancellation;
import io.codelength.limit.CancelledException;
import io.codelength.model.store.ModelFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ModelImporterTest {
    private static final ModelShape SHAPE = new ModelShape(32, 2, 4, 2, 8, 43, 64, 1e-5);

    @Test
    void threadsChangeNoByteOfTheExactFile() throws IOException {
        for (boolean tied : new boolean[] {true, false}) {
            byte[] one = file(TinyModels.contents(TinyModels.source(SHAPE, tied, 7), ImportOptions.DEFAULT, 1));
            byte[] two = file(TinyModels.contents(TinyModels.source(SHAPE, tied, 7), ImportOptions.DEFAULT, 2));
            byte[] five = file(TinyModels.contents(TinyModels.source(SHAPE, tied, 7), ImportOptions.DEFAULT, 5));
            assertThat(two).isEqualTo(one);
            assertThat(five).isEqualTo(one);
        }
    }

    @Test
    void threadsChangeNoByteOfStories() throws IOException {
        check("models/stories260K", 300_000);
    }

    @Test
    void threadsChangeNoByteOfBase() throws IOException {
        check("models/base", 9_200_000);
    }

    private static void check(String folder, int bytesAbout) throws IOException {
        try (SourceModel source = ModelFiles.open(Shared.require(folder))) {
            byte[] one = file(TinyModels.contents(source, ImportOptions.DEFAULT, 1));
            byte[] two = file(TinyModels.contents(source, ImportOptions.DEFAULT, 2));
            assertThat(two).isEqualTo(one);
            assertThat(one.length).isBetween(bytesAbout * 9 / 10, bytesAbout * 11 / 10);
            ExactModel read = ExactModelReader.read(new ArraySource("exact", one), "name");
            assertThat(read.shape()).isEqualTo(source.shape());
            assertThat(read.head().rows()).isEqualTo(read.headSymbols().length);
        }
    }

    @Test
    void writingWhatWasReadGivesTheSameBytesAndFingerprint() throws IOException {
        ExactContents contents = TinyModels.contents(TinyModels.source(SHAPE, false, 3), ImportOptions.DEFAULT, 1);
        byte[] bytes = file(contents);
        ExactContents read = ExactModelReader.readContents(new ArraySource("exact", bytes));
        assertThat(file(read)).isEqualTo(bytes);
        assertThat(ExactModelReader.read(new ArraySource("exact", bytes), "x").fingerprint())
                .isEqualTo(ExactModelWriter.fingerprint(contents))
                .isEqualTo(new Fingerprint(Fingerprint.newDigest().digest(bytes)));
    }

    @Test
    void everyMatrixHasItsShapeItsWidthAndWeightsUpTo127() {
        for (ExactModel model : TinyModels.shapes()) {
            ModelShape shape = model.shape();
            checkMatrix(model.embedding(), model.symbolCount() + 1, shape.hidden(), ActivationWidth.BITS_8);
            checkMatrix(model.head(), model.headSymbols().length, shape.hidden(), ActivationWidth.BITS_8);
            for (ExactLayer layer : model.layers()) {
                checkMatrix(layer.query(), shape.queryWidth(), shape.hidden(), ActivationWidth.BITS_8);
                checkMatrix(layer.key(), shape.keyValueWidth(), shape.hidden(), ActivationWidth.BITS_8);
                checkMatrix(layer.value(), shape.keyValueWidth(), shape.hidden(), ActivationWidth.BITS_8);
                checkMatrix(layer.output(), shape.hidden(), shape.queryWidth(), ActivationWidth.BITS_8);
                checkMatrix(layer.gate(), shape.feedForward(), shape.hidden(), ActivationWidth.BITS_8);
                checkMatrix(layer.up(), shape.feedForward(), shape.hidden(), ActivationWidth.BITS_8);
                checkMatrix(layer.down(), shape.hidden(), shape.feedForward(), ActivationWidth.BITS_15);
            }
        }
    }

    private static void checkMatrix(QuantizedMatrix matrix, int rows, int columns, ActivationWidth input) {
        assertThat(matrix.rows()).isEqualTo(rows);
        assertThat(matrix.columns()).isEqualTo(columns);
        assertThat(matrix.input()).isEqualTo(input);
        for (int row = 0; row < rows; row++) {
            int largest = 0;
            for (int column = 0; column < columns; column++) {
                largest = Math.max(largest, Math.abs(matrix.values()[row * columns + column]));
            }
            assertThat(largest).isEqualTo(127);
        }
    }

    @Test
    void optionsStandInTheFileAndChangeItsFingerprint() {
        SourceModel source = TinyModels.source(SHAPE, true, 9);
        List<Fingerprint> fingerprints = new ArrayList<>();
        for (ImportOptions options : List.of(
                ImportOptions.DEFAULT,
                ImportOptions.DEFAULT.withRotation(false),
                ImportOptions.DEFAULT.withWidths(ActivationWidth.BITS_8),
                ImportOptions.DEFAULT.withWidths(ActivationWidth.BITS_15))) {
            fingerprints.add(ExactModelWriter.fingerprint(TinyModels.contents(source, options, 1)));
        }
        assertThat(fingerprints).doesNotHaveDuplicates();
    }

    @Test
    void cancellingStopsTheImport() {
        Cancellation cancellation = new Cancellation();
        ModelImporter importer = new ModelImporter(
                2,
                (matrix, done, total) -> {
                    if (done == 3) {
                        cancellation.cancel("enough");
                    }
                },
                cancellation);
        SourceModel source = TinyModels.source(SHAPE, true, 1);
        assertThatThrownBy(() -> importer.run(source))
                .isInstanceOf(CancelledException.class)
                .hasMessageContaining("enough");
    }

    @Test
    void progressEndsWithTheLastMatrix() throws IOException {
        List<String> seen = new ArrayList<>();
        new ModelImporter(1, (matrix, done, total) -> seen.add(done + "/" + total + " " + matrix), new Cancellation())
                .run(TinyModels.source(SHAPE, true, 1));
        assertThat(seen).hasSize(16).startsWith("1/16 embedding").endsWith("16/16 head");
    }

    static byte[] file(ExactContents contents) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ExactModelWriter.write(contents, out);
        return out.toByteArray();
    }
}
