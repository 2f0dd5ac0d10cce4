package io.codelength.model;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The head of a GGUF file, versions 2 and 3 (github.com/ggml-org/ggml, docs/gguf.md): metadata and tensor table. Counts and
 * lengths are checked against the bytes that are left before anything of their size is allocated.
 *
 * @param metadata values as Long, Double, Boolean, String, or List of String, or double[] for arrays of numbers
 */
record GgufFile(ByteSource file, Map<String, Object> metadata, List<StoredTensor> tensors) {
    private static final int MAGIC = 0x46554747; // "GGUF"
    private static final int KEYS_MAX = 1 << 16;
    private static final int TENSORS_MAX = 1 << 16;
    private static final int NAME_BYTES_MAX = 1 << 16;
    private static final int STRING_BYTES_MAX = 1 << 24;

    /** More than any vocabulary's merges. */
    private static final int ARRAY_ELEMENTS_MAX = 1 << 22;

    private static final int TYPE_STRING = 8;
    private static final int TYPE_ARRAY = 9;

    /** Reads the head; nothing of the weights. */
    static GgufFile read(ByteSource file) throws IOException {
        return new Cursor(file).readFile();
    }

    /** @throws ModelFormatException if it is not there or is no string */
    String text(String key) {
        return optional(key, String.class).orElseThrow(() -> missing(key));
    }

    Optional<String> optionalText(String key) {
        return optional(key, String.class);
    }

    /** @throws ModelFormatException if it is not there or not an integer from 1 to {@code most} */
    int integer(String key, long most) {
        return optionalInteger(key, 1, most).orElseThrow(() -> missing(key));
    }

    Optional<Integer> optionalInteger(String key, long least, long most) {
        Optional<Long> value = optional(key, Long.class);
        if (value.isPresent() && (value.get() < least || value.get() > most)) {
            throw refuse(key, "an integer from %d to %d".formatted(least, most), value.get());
        }
        return value.map(Long::intValue);
    }

    Optional<Double> optionalNumber(String key) {
        Object value = metadata.get(key);
        return value instanceof Long integer ? Optional.of((double) integer) : optional(key, Double.class);
    }

    Optional<Boolean> optionalFlag(String key) {
        return optional(key, Boolean.class);
    }

    /** @throws ModelFormatException if it is there but no array of strings */
    Optional<List<String>> optionalTexts(String key) {
        if (!metadata.containsKey(key)) {
            return Optional.empty();
        }
        List<String> texts = new ArrayList<>();
        for (Object element : optional(key, List.class).orElseThrow(() -> missing(key))) {
            texts.add((String) element);
        }
        return Optional.of(texts);
    }

    /** @throws ModelFormatException if it is there but no array of numbers */
    Optional<double[]> optionalNumbers(String key) {
        return optional(key, double[].class);
    }

    ModelFormatException missing(String key) {
        return refuse(key, "this key", "none");
    }

    ModelFormatException refuse(String key, String expected, Object found) {
        return new ModelFormatException(file.name(), key, expected, found);
    }

    private <T> Optional<T> optional(String key, Class<T> type) {
        Object value = metadata.get(key);
        if (value != null && !type.isInstance(value)) {
            throw refuse(
                    key, "a " + type.getSimpleName(), "a " + value.getClass().getSimpleName());
        }
        return Optional.ofNullable(type.cast(value));
    }

    /** Reads forward through the head with a buffer. */
    private static final class Cursor {
        private static final int BUFFER_BYTES = 1 << 16;

        private final ByteSource file;
        private final byte[] buffer;
        private ByteBuffer window = ByteBuffer.allocate(0);
        private long windowEnd; // offset in the file behind the window

        Cursor(ByteSource file) {
            this.file = file;
            buffer = new byte[(int) Math.min(BUFFER_BYTES, file.length())];
        }

        GgufFile readFile() throws IOException {
            if (readInt("magic") != MAGIC) {
                throw refuse("magic", "GGUF", "other bytes");
            }
            int version = readInt("version");
            if (version != 2 && version != 3) {
                String hint = Integer.reverseBytes(version) <= 3 ? " (a big-endian file)" : "";
                throw refuse("version", "2 or 3", Integer.toUnsignedString(version) + hint);
            }
            // A tensor's entry takes at least 32 bytes, a key and its value 13.
            int tensorCount = readCount("tensor count", TENSORS_MAX, 32);
            int keyCount = readCount("key count", KEYS_MAX, 13);
            Map<String, Object> metadata = new HashMap<>();
            for (int i = 0; i < keyCount; i++) {
                String key = readName("key " + i);
                if (metadata.put(key, readValue(key, readInt(key))) != null) {
                    throw refuse(key, "one value", "another");
                }
            }
            return new GgufFile(file, Map.copyOf(metadata), readTensors(tensorCount, metadata));
        }

        private List<StoredTensor> readTensors(int tensorCount, Map<String, Object> metadata) throws IOException {
            List<Entry> entries = new ArrayList<>();
            for (int i = 0; i < tensorCount; i++) {
                entries.add(readEntry(i));
            }
            long alignment = metadata.getOrDefault("general.alignment", 32L) instanceof Long value ? value : -1;
            if (alignment < 8 || alignment > 1 << 20 || Long.bitCount(alignment) != 1) {
                throw refuse("general.alignment", "a power of two from 8 to 2^20", alignment);
            }
            long dataStart = (position() + alignment - 1) / alignment * alignment;
            List<StoredTensor> tensors = new ArrayList<>();
            for (Entry entry : entries) {
                if (entry.offset % alignment != 0) {
                    throw refuse(entry.name, "an offset that is a multiple of " + alignment, entry.offset);
                }
                tensors.add(TensorTable.checked(file, entry.name, entry.type, entry.shape, dataStart, entry.offset));
            }
            TensorTable.requireDisjoint(tensors);
            return tensors;
        }

        private record Entry(String name, TensorType type, long[] shape, long offset) {}

        private Entry readEntry(int index) throws IOException {
            String name = readName("tensor " + index);
            int dimensions = readInt(name);
            if (dimensions < 1 || dimensions > 4) {
                throw refuse(name, "1 to 4 dimensions", Integer.toUnsignedString(dimensions));
            }
            long[] shape = new long[dimensions];
            for (int i = dimensions - 1; i >= 0; i--) {
                shape[i] = readLong(name); // the file has the fastest first
            }
            int number = readInt(name);
            for (TensorType type : TensorType.values()) {
                if (type.ggmlNumber() == number) {
                    return new Entry(name, type, shape, readLong(name));
                }
            }
            throw refuse(
                    name,
                    "a type of F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K",
                    "type " + Integer.toUnsignedString(number));
        }

        private Object readValue(String key, int type) throws IOException {
            return switch (type) {
                case 0 -> (long) (readByte(key) & 0xff);
                case 1 -> (long) readByte(key);
                case 2 -> (long) (readShort(key) & 0xffff);
                case 3 -> (long) readShort(key);
                case 4 -> Integer.toUnsignedLong(readInt(key));
                case 5 -> (long) readInt(key);
                case 6 -> (double) Float.intBitsToFloat(readInt(key));
                case 7 -> readBoolean(key);
                case TYPE_STRING -> readString(key, STRING_BYTES_MAX);
                case TYPE_ARRAY -> readArray(key);
                case 10, 11 -> readLong(key); // counts beyond 2^63 come out negative and are refused by their readers
                case 12 -> Double.longBitsToDouble(readLong(key));
                default -> throw refuse(key, "a value type from 0 to 12", Integer.toUnsignedString(type));
            };
        }

        private Object readArray(String key) throws IOException {
            int type = readInt(key);
            if (type == TYPE_ARRAY) {
                throw refuse(key, "an array of numbers or strings", "an array of arrays");
            }
            int count = readCount(key, ARRAY_ELEMENTS_MAX, type == TYPE_STRING ? 8 : 1);
            if (type == TYPE_STRING) {
                List<String> texts = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    texts.add(readString(key, STRING_BYTES_MAX));
                }
                return texts;
            }
            double[] numbers = new double[count];
            for (int i = 0; i < count; i++) {
                Object value = readValue(key, type);
                numbers[i] = value instanceof Number number ? number.doubleValue() : value.equals(true) ? 1 : 0;
            }
            return numbers;
        }

        private boolean readBoolean(String key) throws IOException {
            byte value = readByte(key);
            if (value != 0 && value != 1) {
                throw refuse(key, "0 or 1", value);
            }
            return value == 1;
        }

        private int readCount(String place, int most, int leastBytesEach) throws IOException {
            long count = readLong(place);
            long fitting = Math.min(most, (file.length() - position()) / leastBytesEach);
            if (count < 0 || count > fitting) {
                throw refuse(place, "a count of at most " + fitting, Long.toUnsignedString(count));
            }
            return (int) count;
        }

        private String readName(String place) throws IOException {
            String name = readString(place, NAME_BYTES_MAX);
            if (name.isEmpty()) {
                throw refuse(place, "a name", "none");
            }
            return name;
        }

        private String readString(String place, int bytesMax) throws IOException {
            long length = readLong(place);
            long fitting = Math.min(bytesMax, file.length() - position());
            if (length < 0 || length > fitting) {
                throw refuse(place, "a string of at most " + fitting + " bytes", Long.toUnsignedString(length));
            }
            byte[] bytes = new byte[(int) length];
            int had = Math.min(bytes.length, window.remaining());
            window.get(bytes, 0, had);
            if (had < bytes.length) {
                file.readFully(windowEnd, bytes, had, bytes.length - had);
                windowEnd += bytes.length - had;
            }
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException e) {
                throw new ModelFormatException(file.name(), place, "UTF-8", "other bytes", e);
            }
        }

        private byte readByte(String place) throws IOException {
            return need(1, place).get();
        }

        private short readShort(String place) throws IOException {
            return need(2, place).getShort();
        }

        private int readInt(String place) throws IOException {
            return need(4, place).getInt();
        }

        private long readLong(String place) throws IOException {
            return need(8, place).getLong();
        }

        private long position() {
            return windowEnd - window.remaining();
        }

        private ByteBuffer need(int count, String place) throws IOException {
            if (window.remaining() < count) {
                long from = position();
                int available = (int) Math.min(buffer.length, file.length() - from);
                if (available < count) {
                    throw refuse(place, count + " bytes at offset " + from, "the end of the file");
                }
                file.readFully(from, buffer, 0, available);
                window = ByteBuffer.wrap(buffer, 0, available).order(ByteOrder.LITTLE_ENDIAN);
                windowEnd = from + available;
            }
            return window;
        }

        private ModelFormatException refuse(String place, String expected, Object found) {
            return new ModelFormatException(file.name(), place, expected, found);
        }
    }
}
