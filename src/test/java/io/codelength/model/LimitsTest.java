package io.codelength.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.exact.ProfileLimits;
import io.codelength.exact.QuantizedMatrix;
import io.codelength.predict.EngineVectors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Importer, reader and engines keep the same limits, and the document states them. */
class LimitsTest {
    private static final ModelShape SHAPE = new ModelShape(8, 1, 2, 1, 4, 6, 16, 1e-5);

    @Test
    void shapesAtTheLimitsAreModelsAndBeyondThemAreNot() {
        shape(16_384, 1_024, 64, 1_024, 65_536, 65_536, 1e-12);
        shape(1, 1, 1_024, 64, 1, 2, 1);
        refusedShape(16_385, 1, 1, 2, 1, 2, 1e-5);
        refusedShape(1, 1_025, 1, 2, 1, 2, 1e-5);
        refusedShape(1, 1, 1_025, 2, 1, 2, 1e-5);
        refusedShape(1, 1, 1, 1_026, 1, 2, 1e-5);
        refusedShape(1, 1, 1, 3, 1, 2, 1e-5);
        refusedShape(1, 1, 1_024, 66, 1, 2, 1e-5);
        refusedShape(1, 1, 1, 2, 65_537, 2, 1e-5);
        refusedShape(1, 1, 1, 2, 1, 65_537, 1e-5);
        refusedShape(1, 1, 1, 2, 1, 2, Math.nextDown(1e-12));
        refusedShape(1, 1, 1, 2, 1, 2, Math.nextUp(1.0));
        refusedShape(1, 1, 1, 2, 1, 2, Double.NaN);
    }

    @Test
    void theLargestAndSmallestWeightsThatImportStayWithinTheScalesThatEnginesTake() {
        for (double weight : new double[] {0x1p20, 0x1p-40, 0}) {
            float scale = RowQuantizer.quantize(new double[] {weight}, 0, 1, new byte[1], 0);
            assertThat(ProfileLimits.isScale(scale, ProfileLimits.SCALE_MAX)).isTrue();
            float head = (float) (scale * ModelImporter.OCTAVES);
            assertThat(ProfileLimits.isScale(head, ProfileLimits.HEAD_SCALE_MAX))
                    .isTrue();
        }
        assertThatThrownBy(() -> RowQuantizer.quantize(new double[] {Math.nextUp(0x1p20)}, 0, 1, new byte[1], 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void scalesBeyondTheLimitsAreRefusedByEngines() {
        ExactModel model = TinyModels.exact(SHAPE, true, 1);
        assertThatCode(() -> EngineVectors.requireLimits(model)).doesNotThrowAnyException();
        for (float scale : new float[] {0, -1, Float.NaN, Math.nextDown(0x1p-47f), Math.nextUp(0x1p14f)}) {
            assertThatThrownBy(() -> EngineVectors.requireLimits(withEmbeddingScale(model, scale)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("embedding, row 0")
                    .hasMessageContaining(String.valueOf(scale));
        }
        for (float scale : new float[] {0x1p-47f, 0x1p14f}) {
            assertThatCode(() -> EngineVectors.requireLimits(withEmbeddingScale(model, scale)))
                    .doesNotThrowAnyException();
        }
    }

    @Test
    void anglesBeyondTheLimitAreRefusedAtImportAndByEngines() {
        for (double angle : new double[] {0, -1, Math.nextUp(16.0), Double.NaN}) {
            SourceModel tiny = TinyModels.source(SHAPE, true, 1);
            SourceModel turning = new SourceModel(
                    "turning",
                    SHAPE,
                    new double[] {1, angle},
                    tiny.tokenizer(),
                    tiny.vocabularyRows(),
                    true,
                    (role, layer, sizes) -> tiny.read(role, layer),
                    List.of());
            assertThatThrownBy(() -> TinyModels.contents(turning, ImportOptions.DEFAULT, 1))
                    .isInstanceOf(ModelFormatException.class)
                    .hasMessageContaining("turning")
                    .hasMessageContaining(String.valueOf(angle));
            ExactModel model = TinyModels.exact(SHAPE, true, 1);
            ExactModel bent = new ExactModel(
                    model.fingerprint(),
                    model.name(),
                    SHAPE,
                    new double[] {1, angle},
                    model.embedding(),
                    model.layers(),
                    model.head(),
                    model.headSymbols(),
                    model.tokenizer());
            assertThatThrownBy(() -> EngineVectors.requireLimits(bent)).hasMessageContaining("rotary frequency");
        }
    }

    @Test
    void theDocumentStatesTheLimitsThatTheCodeKeeps() throws IOException {
        String document = Files.readString(Path.of("docs/arithmetic.md"));
        states(document, "HIDDEN_MAX", ProfileLimits.HIDDEN_MAX);
        states(document, "LAYERS_MAX", ProfileLimits.LAYERS_MAX);
        states(document, "HEADS_MAX", ProfileLimits.HEADS_MAX);
        states(document, "HEAD_DIMENSION_MAX", ProfileLimits.HEAD_DIMENSION_MAX);
        states(document, "INNER_MAX", ProfileLimits.INNER_MAX);
        states(document, "CONTEXT_MAX", ProfileLimits.CONTEXT_MAX);
        states(document, "HEAD_ROWS_MAX", ProfileLimits.HEAD_ROWS_MAX);
        states(document, "SCALE_MIN", ProfileLimits.SCALE_MIN);
        states(document, "SCALE_MAX", ProfileLimits.SCALE_MAX);
        states(document, "HEAD_SCALE_MAX", ProfileLimits.HEAD_SCALE_MAX);
        states(document, "NORM_EPSILON_MIN", ProfileLimits.NORM_EPSILON_MIN);
        states(document, "NORM_EPSILON_MAX", ProfileLimits.NORM_EPSILON_MAX);
        states(document, "INVERSE_FREQUENCY_MAX", ProfileLimits.INVERSE_FREQUENCY_MAX);
    }

    /** The table of limits has a row {@code | … | NAME | value |}, the value written as Java reads it. */
    private static void states(String document, String name, double value) {
        Matcher row = Pattern.compile("\\| `" + name + "` \\| `([^`]*)` \\|").matcher(document);
        assertThat(row.find()).as("a row for %s", name).isTrue();
        assertThat(Double.parseDouble(row.group(1))).as(name).isEqualTo(value);
    }

    private static void shape(
            int hidden, int layers, int heads, int headDimension, int feedForward, int context, double epsilon) {
        ModelShape shape = new ModelShape(hidden, layers, heads, 1, headDimension, feedForward, context, epsilon);
        assertThat(shape.queryWidth()).isEqualTo(heads * headDimension);
    }

    private static void refusedShape(
            int hidden, int layers, int heads, int headDimension, int feedForward, int context, double epsilon) {
        assertThatThrownBy(() -> shape(hidden, layers, heads, headDimension, feedForward, context, epsilon))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static ExactModel withEmbeddingScale(ExactModel model, float scale) {
        QuantizedMatrix embedding = model.embedding();
        float[] scales = embedding.scales().clone();
        scales[0] = scale;
        return new ExactModel(
                model.fingerprint(),
                model.name(),
                model.shape(),
                model.inverseFrequencies(),
                new QuantizedMatrix(
                        embedding.rows(), embedding.columns(), embedding.values(), scales, embedding.input()),
                model.layers(),
                model.head(),
                model.headSymbols(),
                model.tokenizer());
    }
}
