package io.codelength.engine.pytorch;

import static ai.djl.pytorch.jni.JniUtils.add;
import static ai.djl.pytorch.jni.JniUtils.addi;
import static ai.djl.pytorch.jni.JniUtils.cat;
import static ai.djl.pytorch.jni.JniUtils.matmul;
import static ai.djl.pytorch.jni.JniUtils.mul;
import static ai.djl.pytorch.jni.JniUtils.muli;
import static ai.djl.pytorch.jni.JniUtils.slice;
import static ai.djl.pytorch.jni.JniUtils.sub;
import static ai.djl.pytorch.jni.JniUtils.trunc;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.codelength.exact.ActivationWidth;
import io.codelength.exact.QuantizedMatrix;
import java.util.ArrayList;
import java.util.List;

/**
 * One or several matrices that read the same quantised row, side by side, as float32 tensors of integers.
 *
 * <p>A float32 product is exact in any order while the sums of magnitudes stay below 2^24: 1024 columns of 127·127 do.
 * Wider matrices are cut into blocks of columns whose exact sums are joined.
 */
final class LinearPart {
    /** Columns a float32 product may sum: 1024 · 127 · 127 = 16,516,096 is below 2^24. */
    static final int BLOCK = 1024;

    private static final int STAGED_BYTES = 1 << 22;

    final ActivationWidth width;
    final int outputs;
    private final int columns;
    private final Constants constants;
    /** [columns of the block, outputs] each. */
    private final List<PtNDArray> blocks = new ArrayList<>();

    private final PtNDArray scales; // [1, outputs]

    LinearPart(PtNDManager manager, Staging staging, Constants constants, List<QuantizedMatrix> matrices) {
        this.constants = constants;
        this.width = matrices.get(0).input();
        this.columns = matrices.get(0).columns();
        int rows = 0;
        for (QuantizedMatrix matrix : matrices) {
            if (matrix.columns() != columns || matrix.input() != width) {
                throw new IllegalStateException("matrices side by side must read the same quantised row");
            }
            rows += matrix.rows();
        }
        this.outputs = rows;
        float[] scaleValues = new float[rows];
        int at = 0;
        for (QuantizedMatrix matrix : matrices) {
            System.arraycopy(matrix.scales(), 0, scaleValues, at, matrix.rows());
            at += matrix.rows();
        }
        this.scales = (PtNDArray) manager.create(scaleValues, new Shape(1, rows));
        for (int from = 0; from < columns; from += BLOCK) {
            blocks.add(block(manager, staging, matrices, from, Math.min(BLOCK, columns - from)));
        }
    }

    private PtNDArray block(
            PtNDManager manager, Staging staging, List<QuantizedMatrix> matrices, int from, int blockColumns) {
        PtNDArray block = (PtNDArray) manager.zeros(new Shape(blockColumns, outputs), DataType.FLOAT32);
        byte[] chunk = new byte[Math.max(blockColumns, STAGED_BYTES / blockColumns * blockColumns)];
        int chunkRows = chunk.length / blockColumns;
        int at = 0;
        for (QuantizedMatrix matrix : matrices) {
            for (int first = 0; first < matrix.rows(); first += chunkRows) {
                int rows = Math.min(chunkRows, matrix.rows() - first);
                for (int row = 0; row < rows; row++) {
                    int source = (first + row) * matrix.columns() + from;
                    System.arraycopy(matrix.values(), source, chunk, row * blockColumns, blockColumns);
                }
                staging.reset();
                try (PtNDManager scratch = manager.newSubManager(manager.getDevice())) {
                    PtNDArray staged = staging.bytes(scratch, chunk, 0, rows * blockColumns, rows, blockColumns);
                    JniUtils.indexSet(
                            block,
                            JniUtils.transpose(staged.toType(DataType.FLOAT32, true), 0, 1),
                            new long[] {0, at + first},
                            new long[] {blockColumns, (long) at + first + rows},
                            new long[] {1, 1});
                }
            }
            at += matrix.rows();
        }
        return block;
    }

    /** {@code fl(float(Σ q·w) · fl(s · scale))} for every row and output; [rows, outputs]. */
    PtNDArray apply(Quantized input) {
        PtNDArray sums = width == ActivationWidth.BITS_8 ? sums8(input.values()) : sums15(input.values());
        muli(sums, mul(input.scales(), scales));
        return sums;
    }

    private PtNDArray sums8(PtNDArray q) {
        return switch (blocks.size()) {
            case 1 -> matmul(q, blocks.get(0));
            // Both sums are exact, so adding them rounds once: the same as converting the exact total.
            case 2 -> joined(blockSums(q, 0), blockSums(q, 1));
            default -> float32(total(q));
        };
    }

    private PtNDArray sums15(PtNDArray q) {
        PtNDArray hi = trunc(mul(q, constants.perLimb));
        PtNDArray lo = sub(q, mul(hi, constants.limb));
        long rows = q.getShape().get(0);
        PtNDArray limbs = cat(new PtNDArray[] {hi, lo}, 0);
        // With one block 128·Σhi·w is exact in float32 (a power of two) and adding Σlo·w rounds once.
        PtNDArray sums = blocks.size() == 1 ? matmul(limbs, blocks.get(0)) : total(limbs);
        PtNDArray total = slice(sums, 0, 0, rows, 1);
        muli(total, constants.limb);
        addi(total, slice(sums, 0, rows, 2 * rows, 1));
        return blocks.size() == 1 ? total : float32(total);
    }

    /** Sum over all blocks, exact in float64. */
    private PtNDArray total(PtNDArray q) {
        PtNDArray total = float64(blockSums(q, 0));
        for (int i = 1; i < blocks.size(); i++) {
            addi(total, blockSums(q, i));
        }
        return total;
    }

    private PtNDArray blockSums(PtNDArray q, int index) {
        int from = index * BLOCK;
        return matmul(slice(q, 1, from, Math.min(columns, from + BLOCK), 1), blocks.get(index));
    }

    private static PtNDArray joined(PtNDArray first, PtNDArray second) {
        return add(first, second);
    }

    private static PtNDArray float32(PtNDArray exact) {
        return exact.toType(DataType.FLOAT32, true);
    }

    private static PtNDArray float64(PtNDArray exact) {
        return exact.toType(DataType.FLOAT64, true);
    }
}
