package io.codelength.model;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The tensors of one model, from one file or several, with their extents checked. */
final class TensorTable {
    private final String name;
    private final Map<String, StoredTensor> tensors = new HashMap<>();

    /** @param name of the model's file or folder, for errors about tensors that are missing */
    TensorTable(String name) {
        this.name = name;
    }

    /** @throws ModelFormatException if a tensor of this name is there already */
    void add(StoredTensor tensor) {
        StoredTensor first = tensors.putIfAbsent(tensor.name(), tensor);
        if (first != null) {
            throw new ModelFormatException(
                    tensor.file().name(),
                    tensor.name(),
                    "one tensor of this name",
                    "another in " + first.file().name());
        }
    }

    Set<String> names() {
        return tensors.keySet();
    }

    boolean has(String tensor) {
        return tensors.containsKey(tensor);
    }

    StoredTensor get(String tensor) {
        StoredTensor found = tensors.get(tensor);
        if (found == null) {
            throw new ModelFormatException(name, tensor, "this tensor", "none");
        }
        return found;
    }

    /**
     * Makes a tensor after checking that its declared sizes fit a Java array and its bytes lie in the file.
     *
     * @param offset of its first byte, relative to {@code dataStart}
     * @param shape slowest first; the last size is a row, which must hold whole blocks
     */
    static StoredTensor checked(
            ByteSource file, String name, TensorType type, long[] shape, long dataStart, long offset) {
        if (shape.length < 1 || shape.length > 2) {
            throw new ModelFormatException(file.name(), name, "a vector or a matrix", shape.length + " dimensions");
        }
        long elements = 1;
        int[] sizes = new int[shape.length];
        for (int i = 0; i < shape.length; i++) {
            if (shape[i] < 1 || shape[i] > StoredTensor.ELEMENTS_MAX / elements) {
                throw new ModelFormatException(
                        file.name(), name, "1 to " + StoredTensor.ELEMENTS_MAX + " numbers", "size " + shape[i]);
            }
            elements *= shape[i];
            sizes[i] = (int) shape[i];
        }
        long row = shape[shape.length - 1];
        if (row % type.blockElements() != 0) {
            throw new ModelFormatException(
                    file.name(), name, "rows of whole " + type + " blocks of " + type.blockElements(), row);
        }
        long bytes = elements / type.blockElements() * type.blockBytes();
        long available = file.length() - dataStart;
        if (offset < 0 || bytes > available || offset > available - bytes) {
            throw new ModelFormatException(
                    file.name(),
                    name,
                    "%d bytes within the %d bytes of data".formatted(bytes, available),
                    "offset " + offset);
        }
        return new StoredTensor(file, name, type, sizes, dataStart + offset);
    }

    /** @throws ModelFormatException if two tensors of one file share bytes */
    static void requireDisjoint(List<StoredTensor> ofOneFile) {
        List<StoredTensor> ordered = new ArrayList<>(ofOneFile);
        ordered.sort(Comparator.comparingLong(StoredTensor::offset));
        for (int i = 1; i < ordered.size(); i++) {
            StoredTensor before = ordered.get(i - 1);
            StoredTensor tensor = ordered.get(i);
            if (before.offset() + before.bytes() > tensor.offset()) {
                throw new ModelFormatException(
                        tensor.file().name(),
                        tensor.name(),
                        "bytes of its own",
                        "offset %d inside %s".formatted(tensor.offset(), before.name()));
            }
        }
    }
}
