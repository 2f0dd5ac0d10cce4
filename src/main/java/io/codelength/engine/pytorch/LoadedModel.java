package io.codelength.engine.pytorch;

import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.codelength.exact.Attention;
import io.codelength.exact.RotaryTable;
import io.codelength.model.ExactLayer;
import io.codelength.model.ExactModel;
import io.codelength.model.ModelShape;
import java.util.List;

/** A model's matrices and tables as tensors. */
final class LoadedModel {
    final ExactModel model;
    final ModelShape shape;
    final Constants constants;
    final List<Layer> layers;
    final Projection head;
    /** {@code (float) (1024·log2(e) / sqrt(headDimension))}, one element. */
    final PtNDArray scoreScale;
    /** [context, 3 · headDimension / 2]: cosines, negated sines, sines of each position. */
    final PtNDArray rotary;

    /** One block; the matrices that read the same row stand side by side. */
    record Layer(Projection queryKeyValue, Projection output, Projection gateUp, Projection down) {}

    LoadedModel(PtNDManager manager, Staging staging, ExactModel model) {
        this.model = model;
        this.shape = model.shape();
        this.constants = new Constants(manager);
        this.layers = model.layers().stream()
                .map(layer -> load(manager, staging, layer))
                .toList();
        this.head = new Projection(manager, staging, constants, model.head());
        this.scoreScale = (PtNDArray) manager.create(new float[] {Attention.scoreScale(shape.headDimension())});
        this.rotary = rotary(manager, new RotaryTable(model.inverseFrequencies(), shape.contextTokens()));
    }

    private Layer load(PtNDManager manager, Staging staging, ExactLayer layer) {
        return new Layer(
                new Projection(manager, staging, constants, layer.query(), layer.key(), layer.value()),
                new Projection(manager, staging, constants, layer.output()),
                new Projection(manager, staging, constants, layer.gate(), layer.up()),
                new Projection(manager, staging, constants, layer.down()));
    }

    /** [positions, 3 · half]: cosines, negated sines, sines of each position. */
    static PtNDArray rotary(PtNDManager manager, RotaryTable table) {
        int half = table.half();
        float[] cosines = table.cosines();
        float[] sines = table.sines();
        float[] rows = new float[3 * cosines.length];
        for (int position = 0; position < table.positions(); position++) {
            for (int i = 0; i < half; i++) {
                int source = position * half + i;
                int target = 3 * position * half + i;
                rows[target] = cosines[source];
                rows[target + half] = -sines[source];
                rows[target + 2 * half] = sines[source];
            }
        }
        return (PtNDArray) manager.create(rows, new Shape(table.positions(), 3L * half));
    }
}
