package io.codelength.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * Reads the tables of safetensors files: an unsigned 64-bit length, a JSON object of that length, then the data
 * (github.com/huggingface/safetensors, "Format"). Nothing but the header is read here.
 */
final class Safetensors {
    /** The format allows 100 MB; the largest Llama models need less than 1. */
    static final int HEADER_BYTES_MAX = 16 << 20;

    private Safetensors() {}

    /** The tensors of one file, extents checked against its length and against each other. */
    static List<StoredTensor> readTable(ByteSource file) throws IOException {
        if (file.length() < 8) {
            throw new ModelFormatException(file.name(), "length", "at least 8 bytes", file.length());
        }
        byte[] prefix = new byte[8];
        file.readFully(0, prefix, 0, 8);
        long headerBytes =
                ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
        long headerMax = Math.min(HEADER_BYTES_MAX, file.length() - 8);
        if (headerBytes < 2 || headerBytes > headerMax) {
            throw new ModelFormatException(
                    file.name(), "header length", "2 to " + headerMax, Long.toUnsignedString(headerBytes));
        }
        byte[] header = new byte[(int) headerBytes];
        file.readFully(8, header, 0, header.length);

        List<StoredTensor> tensors = new ArrayList<>();
        for (Map.Entry<String, JsonNode> entry :
                Json.parseObject(file.name(), header).properties()) {
            if (!entry.getKey().equals("__metadata__")) {
                tensors.add(readEntry(file, 8 + headerBytes, entry.getKey(), entry.getValue()));
            }
        }
        TensorTable.requireDisjoint(tensors);
        return tensors;
    }

    private static StoredTensor readEntry(ByteSource file, long dataStart, String name, JsonNode entry) {
        if (name.isEmpty()) {
            throw new ModelFormatException(file.name(), "header", "tensors with names", "one without");
        }
        String dtype = entry.path("dtype").asString("");
        TensorType type = switch (dtype) {
            case "F32" -> TensorType.F32;
            case "F16" -> TensorType.F16;
            case "BF16" -> TensorType.BF16;
            default ->
                throw new ModelFormatException(
                        file.name(), name, "dtype F32, F16 or BF16", dtype.isEmpty() ? "none" : dtype);
        };
        long[] shape = integers(file, name, "shape", entry.path("shape"));
        long[] offsets = integers(file, name, "data_offsets", entry.path("data_offsets"));
        if (offsets.length != 2) {
            throw new ModelFormatException(file.name(), name, "two data_offsets", offsets.length);
        }
        StoredTensor tensor = TensorTable.checked(file, name, type, shape, dataStart, offsets[0]);
        if (offsets[1] - offsets[0] != tensor.bytes()) {
            throw new ModelFormatException(
                    file.name(),
                    name,
                    "data_offsets that span " + tensor.bytes() + " bytes",
                    entry.path("data_offsets"));
        }
        return tensor;
    }

    private static long[] integers(ByteSource file, String tensor, String field, JsonNode array) {
        long[] values = new long[array.size()];
        for (int i = 0; i < values.length; i++) {
            if (!array.path(i).isIntegralNumber()
                    || !array.path(i).canConvertToLong()
                    || array.path(i).asLong() < 0) {
                throw new ModelFormatException(file.name(), tensor, "integers from 0 in " + field, array);
            }
            values[i] = array.path(i).asLong();
        }
        return values;
    }
}
