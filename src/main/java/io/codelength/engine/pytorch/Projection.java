package io.codelength.engine.pytorch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.codelength.exact.ActivationWidth;
import io.codelength.exact.QuantizedMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Matrices that read the same row of float32, each quantising it to its own width; outputs side by side. */
final class Projection {
    private final List<LinearPart> parts = new ArrayList<>();

    Projection(PtNDManager manager, Staging staging, Constants constants, QuantizedMatrix... matrices) {
        List<QuantizedMatrix> together = new ArrayList<>();
        for (QuantizedMatrix matrix : matrices) {
            if (!together.isEmpty() && together.get(0).input() != matrix.input()) {
                parts.add(new LinearPart(manager, staging, constants, together));
                together.clear();
            }
            together.add(matrix);
        }
        parts.add(new LinearPart(manager, staging, constants, together));
    }

    /** @param input the row, quantised to a width; asked once a part */
    PtNDArray apply(Function<ActivationWidth, Quantized> input) {
        if (parts.size() == 1) {
            return parts.get(0).apply(input.apply(parts.get(0).width));
        }
        PtNDArray[] outputs = new PtNDArray[parts.size()];
        for (int i = 0; i < outputs.length; i++) {
            outputs[i] = parts.get(i).apply(input.apply(parts.get(i).width));
        }
        return JniUtils.cat(outputs, 1);
    }
}
