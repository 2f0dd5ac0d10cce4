package io.codelength.engine.pytorch;

import static ai.djl.pytorch.jni.JniUtils.add;
import static ai.djl.pytorch.jni.JniUtils.addi;
import static ai.djl.pytorch.jni.JniUtils.bmm;
import static ai.djl.pytorch.jni.JniUtils.div;
import static ai.djl.pytorch.jni.JniUtils.matmul;
import static ai.djl.pytorch.jni.JniUtils.mul;
import static ai.djl.pytorch.jni.JniUtils.round;
import static ai.djl.pytorch.jni.JniUtils.slice;
import static ai.djl.pytorch.jni.JniUtils.sub;
import static ai.djl.pytorch.jni.JniUtils.sum;
import static ai.djl.pytorch.jni.JniUtils.take;
import static ai.djl.pytorch.jni.JniUtils.transpose;
import static ai.djl.pytorch.jni.JniUtils.trunc;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import io.codelength.predict.EngineMismatchException;
import java.util.Arrays;
import java.util.Random;

/**
 * Holds each PyTorch operation that {@link ForwardPass} relies on against Java, which rounds as IEEE-754 says, on the
 * device and thread that will compute. Takes milliseconds; says which operation differs, where the vectors of a whole
 * model could only say that something does.
 */
final class OperationCheck {
    private static final int ROWS = 37;
    private static final int COLUMNS = 1024;
    private static final long SEED = 20_261_122;

    private final PtNDManager manager;

    private OperationCheck(PtNDManager manager) {
        this.manager = manager;
    }

    /**
     * On the worker only.
     *
     * @throws EngineMismatchException naming the first operation that differs
     */
    static void run(PtNDManager parent) {
        try (PtNDManager manager = parent.newSubManager(parent.getDevice())) {
            OperationCheck check = new OperationCheck(manager);
            check.elementwise();
            check.rounding();
            check.conversions();
            check.products();
            check.subnormals();
            check.gathers();
        }
    }

    private void elementwise() {
        Random random = new Random(SEED);
        float[] x = new float[ROWS * COLUMNS];
        float[] y = new float[ROWS];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) (random.nextGaussian() * Math.scalb(1.0, random.nextInt(60) - 30));
        }
        for (int i = 0; i < ROWS; i++) {
            y[i] = (float) (0.001 + random.nextDouble() * Math.scalb(1.0, random.nextInt(40) - 20));
        }
        PtNDArray left = tensor(x, ROWS, COLUMNS);
        PtNDArray right = tensor(y, ROWS, 1);
        float[] quotients = div(left, right).toFloatArray();
        float[] products = mul(left, right).toFloatArray();
        float[] sums = add(left, right).toFloatArray();
        float[] differences = sub(left, right).toFloatArray();
        float[] quotientsByOne = div(left, tensor(new float[] {127}, 1)).toFloatArray();
        for (int i = 0; i < x.length; i++) {
            float divisor = y[i / COLUMNS];
            require("float32 division", x[i] / divisor, quotients[i]);
            require("float32 multiplication", x[i] * divisor, products[i]);
            require("float32 addition", x[i] + divisor, sums[i]);
            require("float32 subtraction", x[i] - divisor, differences[i]);
            require("float32 division by one element", x[i] / 127f, quotientsByOne[i]);
        }
        double[] doubles = new double[x.length];
        double[] divisors = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            doubles[i] = x[i];
            divisors[i] = 1 + random.nextInt(1 << 30) * 1024.0;
        }
        double[] wide = div((PtNDArray) manager.create(doubles, new Shape(ROWS, COLUMNS)), (PtNDArray)
                        manager.create(divisors, new Shape(ROWS, COLUMNS)))
                .toDoubleArray();
        for (int i = 0; i < wide.length; i++) {
            require("float64 division", doubles[i] / divisors[i], wide[i]);
        }
    }

    private void rounding() {
        float[] x = new float[4096];
        for (int i = 0; i < x.length; i++) {
            x[i] = (i - 2048) / 4f + (i % 3 - 1) * 0x1p-20f;
        }
        float[] rounded = round(tensor(x, x.length)).toFloatArray();
        float[] truncated = trunc(tensor(x, x.length)).toFloatArray();
        for (int i = 0; i < x.length; i++) {
            require("rint, half to even", (float) Math.rint(x[i]), rounded[i]);
            require("truncation", (float) (int) x[i], truncated[i]);
        }
    }

    private void conversions() {
        Random random = new Random(SEED + 1);
        double[] x = new double[4096];
        for (int i = 0; i < x.length; i++) {
            x[i] = random.nextLong() >> (16 + random.nextInt(40));
        }
        PtNDArray exact = (PtNDArray) manager.create(x);
        float[] narrow = exact.toType(DataType.FLOAT32, true).toFloatArray();
        for (int i = 0; i < x.length; i++) {
            require("float64 to float32", (float) x[i], narrow[i]);
        }
    }

    /** Sums at the very edge of what float32 holds exactly, one row and many. */
    private void products() {
        float[] weights = new float[COLUMNS * ROWS];
        float[] rows = new float[ROWS * COLUMNS];
        Random random = new Random(SEED + 2);
        for (int i = 0; i < weights.length; i++) {
            weights[i] = random.nextInt(8) == 0 ? random.nextInt(255) - 127 : 127;
            rows[i] = random.nextInt(8) == 0 ? random.nextInt(255) - 127 : 127 - 254 * (i / COLUMNS % 2);
        }
        long[] expected = new long[ROWS * ROWS];
        for (int row = 0; row < ROWS; row++) {
            for (int output = 0; output < ROWS; output++) {
                long total = 0;
                for (int k = 0; k < COLUMNS; k++) {
                    long q = (long) rows[row * COLUMNS + k];
                    total += q * (long) weights[k * ROWS + output];
                }
                expected[row * ROWS + output] = total;
            }
        }
        PtNDArray left = tensor(rows, ROWS, COLUMNS);
        PtNDArray right = tensor(weights, COLUMNS, ROWS);
        float[] many = matmul(left, right).toFloatArray();
        float[] one = matmul(slice(left, 0, 0, 1, 1), right).toFloatArray();
        PtNDArray turned = transpose(JniUtils.reshape(right, new long[] {1, COLUMNS, ROWS}), 1, 2);
        float[] batched = bmm(turned, transpose(JniUtils.reshape(left, new long[] {1, ROWS, COLUMNS}), 1, 2))
                .toFloatArray();
        for (int row = 0; row < ROWS; row++) {
            for (int output = 0; output < ROWS; output++) {
                float exact = expected[row * ROWS + output];
                require("integer product of many rows", exact, many[row * ROWS + output]);
                require("batched integer product", exact, batched[output * ROWS + row]);
                if (row == 0) {
                    require("integer product of one row", exact, one[output]);
                }
            }
        }
        float[] ones = new float[ROWS * COLUMNS];
        Arrays.fill(ones, 1 << 30);
        PtNDArray wide = tensor(ones, ROWS, COLUMNS).toType(DataType.FLOAT64, true);
        addi(wide, tensor(new float[] {1}, 1));
        for (double total : sum(wide, new long[] {1}, false).toDoubleArray()) {
            require("float64 sum of integers", COLUMNS * ((1L << 30) + 1.0), total);
        }
    }

    /** A library built with fast-math may have told the processor to flush them. */
    private void subnormals() {
        float[] x = new float[64];
        for (int i = 0; i < x.length; i++) {
            x[i] = Float.MIN_NORMAL * (1 + i / 64f);
        }
        float[] halves = mul(tensor(x, x.length), tensor(new float[] {0.5f}, 1)).toFloatArray();
        for (int i = 0; i < x.length; i++) {
            require("float32 multiplication, subnormal", x[i] * 0.5f, halves[i]);
        }
    }

    private void gathers() {
        float[] table = new float[1000];
        float[] indices = new float[1000];
        for (int i = 0; i < table.length; i++) {
            table[i] = i * 0.5f;
            indices[i] = (i * 7919) % 1999 - 999;
        }
        float[] found = take(
                        tensor(table, table.length),
                        tensor(indices, indices.length).toType(DataType.INT64, true),
                        manager)
                .toFloatArray();
        for (int i = 0; i < found.length; i++) {
            int index = (int) indices[i];
            require("gather from a table", table[index < 0 ? index + table.length : index], found[i]);
        }
        float[] scores = {3, Float.NEGATIVE_INFINITY, 5, Float.NEGATIVE_INFINITY};
        float[] steps = JniUtils.min(
                        round(sub(JniUtils.max(tensor(scores, 1, 4), 1, true), tensor(scores, 1, 4))),
                        tensor(new float[] {31, 32, 31, 32}, 1, 4))
                .toFloatArray();
        require("distance of a hidden position", 32, steps[1]);
        require("distance of the largest score", 0, steps[2]);
        require("distance of a score", 2, steps[0]);
    }

    private PtNDArray tensor(float[] values, long... shape) {
        return (PtNDArray) manager.create(values, new Shape(shape));
    }

    private void require(String operation, double expected, double found) {
        // Zeros of both signs are the same number to everything that follows.
        if (expected != found) {
            throw new EngineMismatchException(
                    "PyTorch's %s on %s gives %s where IEEE-754 gives %s, so numeric profile 1 cannot be computed with it"
                            .formatted(operation, manager.getDevice(), found, expected));
        }
    }
}
