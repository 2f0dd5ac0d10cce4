package io.codelength.model;

import io.codelength.exact.ProfileLimits;
import java.io.IOException;
import java.util.Arrays;

/**
 * Where one tensor lies. Made only after its extent was checked against the file.
 *
 * @param file the file that holds it
 * @param shape sizes, slowest first: [rows, columns] for a matrix
 * @param offset of its first byte in the file
 */
record StoredTensor(ByteSource file, String name, TensorType type, int[] shape, long offset) {
    /** The most numbers in one tensor: what one Java array holds. */
    static final long ELEMENTS_MAX = Integer.MAX_VALUE - 8L;

    private static final int CHUNK_BYTES = 1 << 20;

    int elements() {
        int product = 1;
        for (int size : shape) {
            product *= size;
        }
        return product;
    }

    long bytes() {
        return (long) elements() / type.blockElements() * type.blockBytes();
    }

    /**
     * Reads all numbers as float32.
     *
     * @throws ModelFormatException if the shape is not this one, or a number is NaN, infinite or beyond 2^20
     */
    float[] read(int... expectedShape) throws IOException {
        requireShape(expectedShape);
        float[] values = new float[elements()];
        int chunkBlocks = CHUNK_BYTES / type.blockBytes();
        int blocks = values.length / type.blockElements();
        byte[] chunk = new byte[Math.min(blocks, chunkBlocks) * type.blockBytes()];
        for (int block = 0; block < blocks; block += chunkBlocks) {
            int count = Math.min(chunkBlocks, blocks - block);
            file.readFully(offset + (long) block * type.blockBytes(), chunk, 0, count * type.blockBytes());
            type.decode(chunk, values, block * type.blockElements(), count);
        }
        requireBounded(values);
        return values;
    }

    void requireShape(int... expectedShape) {
        if (!Arrays.equals(shape, expectedShape)) {
            throw new ModelFormatException(
                    file.name(), name, "shape " + Arrays.toString(expectedShape), Arrays.toString(shape));
        }
    }

    private void requireBounded(float[] values) {
        for (int i = 0; i < values.length; i++) {
            // Written so that NaN fails.
            if (!(Math.abs(values[i]) <= ProfileLimits.WEIGHT_MAX)) {
                throw new ModelFormatException(
                        file.name(), name + "[" + i + "]", "a number of magnitude at most 2^20", values[i]);
            }
        }
    }
}
