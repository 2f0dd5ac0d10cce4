package io.codelength.token;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;

/** Just enough of GGUF to reach the tokenizer of a trusted file, apart from the importer and checked against it. */
final class Gguf {
    private final ByteBuffer in;
    private final Map<String, Object> values = new HashMap<>();

    private Gguf(ByteBuffer in) {
        this.in = in;
    }

    static GgufTokenizer.Metadata tokenizer(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer in = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            return new Gguf(in.order(ByteOrder.LITTLE_ENDIAN)).read();
        }
    }

    private GgufTokenizer.Metadata read() {
        in.position(16);
        long count = in.getLong();
        for (long index = 0; index < count; index++) {
            String key = string();
            values.put(key, value(in.getInt()));
        }
        return new GgufTokenizer.Metadata(
                (String) get("model"),
                (String) get("pre"),
                strings("tokens"),
                ((List<?>) get("token_type"))
                        .stream().mapToInt(Integer.class::cast).toArray(),
                strings("merges"),
                new float[0],
                (Boolean) get("add_space_prefix"),
                OptionalInt.of((Integer) get("bos_token_id")),
                OptionalInt.of((Integer) get("eos_token_id")));
    }

    private Object get(String name) {
        return Objects.requireNonNull(values.get("tokenizer.ggml." + name), name);
    }

    private List<String> strings(String name) {
        return ((List<?>) get(name)).stream().map(String.class::cast).toList();
    }

    private Object value(int type) {
        return switch (type) {
            case 0, 1 -> in.get();
            case 2, 3 -> in.getShort();
            case 4, 5 -> in.getInt();
            case 6 -> in.getFloat();
            case 7 -> in.get() != 0;
            case 8 -> string();
            case 9 -> {
                int elementType = in.getInt();
                long count = in.getLong();
                List<Object> list = new ArrayList<>();
                for (long index = 0; index < count; index++) {
                    list.add(value(elementType));
                }
                yield list;
            }
            case 10, 11 -> in.getLong();
            case 12 -> in.getDouble();
            default -> throw new IllegalStateException("type " + type);
        };
    }

    private String string() {
        byte[] bytes = new byte[(int) in.getLong()];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
