package io.codelength.engine.pytorch;

import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.codelength.exact.Exponentials;
import io.codelength.exact.Quantizer;
import io.codelength.exact.SiLu;

/**
 * Constants of numeric profile 1 as tensors. Each has one dimension, never none: PyTorch may turn a division by a
 * number into a multiplication by its reciprocal, which rounds differently.
 *
 * <p>A result belongs to the manager of the first operand, so these stand on the right of every operation.
 */
final class Constants {
    /** The last index of the exponentials that a probability can have. */
    static final int LAST_EXPONENT = Exponentials.LAST;
    /** One past {@link #LAST_EXPONENT}: the entry of positions that are not there, exactly zero. */
    static final int NO_EXPONENT = LAST_EXPONENT + 1;

    final PtNDArray tiny;
    final PtNDArray one;
    final PtNDArray steps8;
    final PtNDArray steps15;
    final PtNDArray steps255;
    final PtNDArray limb;
    final PtNDArray perLimb;
    final PtNDArray lastExponent;
    final PtNDArray minusLastExponent;
    final PtNDArray noExponent;
    final PtNDArray zero;
    final PtNDArray never;
    /** 2^30 · 2^(−i/1024) rounded, float64, {@link #NO_EXPONENT} + 1 entries. */
    final PtNDArray exponentials;
    /** Sigmoid of g by {@code rint(g·1024·log2(e))}: entry i for i ≥ 0, entry {@code length + i} for i &lt; 0; float32. */
    final PtNDArray sigmoids;
    /** 1024·log2(e) as float32: turns an exponent into steps of the table. */
    final PtNDArray octaves;

    Constants(PtNDManager manager) {
        tiny = number(manager, Quantizer.TINY);
        one = number(manager, 1);
        steps8 = number(manager, 127);
        steps15 = number(manager, 16383);
        steps255 = number(manager, 255);
        limb = number(manager, 128);
        perLimb = number(manager, 1f / 128);
        lastExponent = number(manager, LAST_EXPONENT);
        minusLastExponent = number(manager, -LAST_EXPONENT);
        noExponent = number(manager, NO_EXPONENT);
        zero = number(manager, 0);
        never = number(manager, Float.NEGATIVE_INFINITY);
        octaves = number(manager, (float) SiLu.OCTAVES_PER_NAT);
        double[] exponentialValues = new double[NO_EXPONENT + 1];
        float[] sigmoidValues = new float[2 * LAST_EXPONENT + 1];
        double unit = Exponentials.ONE;
        for (int i = 0; i <= LAST_EXPONENT; i++) {
            double exponential = Exponentials.at(i);
            exponentialValues[i] = exponential;
            sigmoidValues[i] = (float) (unit / (unit + exponential));
            if (i > 0) {
                sigmoidValues[sigmoidValues.length - i] = (float) (exponential / (unit + exponential));
            }
        }
        exponentials = (PtNDArray) manager.create(exponentialValues);
        sigmoids = (PtNDArray) manager.create(sigmoidValues);
    }

    private static PtNDArray number(PtNDManager manager, float value) {
        return (PtNDArray) manager.create(new float[] {value});
    }
}
