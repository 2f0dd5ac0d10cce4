package io.codelength.model;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Small model files in memory, right or with one lie each. */
final class TinyFiles {
    static final ModelShape SHAPE = new ModelShape(32, 2, 4, 2, 8, 48, 64, 1e-5);
    static final String[] PIECES = {"th", "the", "in", " t", "er"};
    static final int VOCABULARY = 1 + 256 + PIECES.length;

    private TinyFiles() {}

    /** A folder in memory. */
    record MemoryFolder(String name, Map<String, byte[]> content) implements ByteFolder {
        @Override
        public List<String> files() {
            return List.copyOf(content.keySet());
        }

        @Override
        public ByteSource open(String file) {
            return new ArraySource(file, bytes(file));
        }

        byte[] bytes(String file) {
            return Objects.requireNonNull(content.get(file), file);
        }

        MemoryFolder with(String file, byte[] bytes) {
            Map<String, byte[]> changed = new TreeMap<>(content);
            changed.put(file, bytes);
            return new MemoryFolder(name, changed);
        }

        MemoryFolder without(String file) {
            Map<String, byte[]> changed = new TreeMap<>(content);
            changed.remove(file);
            return new MemoryFolder(name, changed);
        }

        MemoryFolder withConfig(String from, String to) {
            String config = new String(bytes("config.json"), StandardCharsets.UTF_8);
            if (!config.contains(from)) {
                throw new IllegalArgumentException("no " + from + " in " + config);
            }
            return with("config.json", config.replace(from, to).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The weights of one tensor of the tiny model, the same in every file. */
    static float[] weights(WeightRole role, int layer) {
        return TinyModels.weights(
                role, role.sizes(SHAPE, VOCABULARY), 31L * layer + role.name().hashCode());
    }

    static MemoryFolder huggingFace(boolean tied) {
        Map<String, byte[]> content = new TreeMap<>();
        content.put("config.json", config(tied).getBytes(StandardCharsets.UTF_8));
        content.put("tokenizer.json", tokenizerJson().getBytes(StandardCharsets.UTF_8));
        content.put("model.safetensors", new SafetensorsBuilder().model(tied).bytes());
        return new MemoryFolder("folder", content);
    }

    static String config(boolean tied) {
        return """
               {"model_type": "llama", "hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 2,
                "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 8, "vocab_size": %d,
                "rms_norm_eps": 1e-05, "rope_theta": 10000.0, "tie_word_embeddings": %s,
                "max_position_embeddings": 64, "bos_token_id": 0, "eos_token_id": [0], "hidden_act": "silu",
                "attention_bias": false, "mlp_bias": false, "rope_scaling": null}
               """.formatted(VOCABULARY, tied);
    }

    static String tokenizerJson() {
        StringBuilder vocabulary = new StringBuilder();
        List<String> tokens = tokens();
        for (int id = 0; id < tokens.size(); id++) {
            vocabulary
                    .append(id == 0 ? "" : ",")
                    .append(quoted(tokens.get(id)))
                    .append(":")
                    .append(id);
        }
        StringBuilder merges = new StringBuilder();
        for (String merge : merges()) {
            merges.append(merges.isEmpty() ? "" : ",").append(quoted(merge));
        }
        return """
               {"version": "1.0", "added_tokens": [{"id": 0, "content": "<|endoftext|>", "single_word": false,
                "lstrip": false, "rstrip": false, "normalized": false, "special": true}], "normalizer": null,
                "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true,
                "use_regex": true}, "post_processor": null, "decoder": null,
                "model": {"type": "BPE", "unk_token": null, "byte_fallback": false, "ignore_merges": false,
                "vocab": {%s}, "merges": [%s]}}
               """.formatted(vocabulary, merges);
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }

    /** By id, in GPT-2's byte alphabet. */
    static List<String> tokens() {
        List<String> tokens = new ArrayList<>(List.of("<|endoftext|>"));
        for (int value = 0; value < 256; value++) {
            tokens.add(character(value));
        }
        for (String piece : PIECES) {
            tokens.add(spelled(piece));
        }
        return tokens;
    }

    static List<String> merges() {
        List<String> merges = new ArrayList<>();
        for (String piece : PIECES) {
            merges.add(spelled(piece.substring(0, piece.length() - 1)) + " "
                    + spelled(piece.substring(piece.length() - 1)));
        }
        return merges;
    }

    private static String spelled(String piece) {
        StringBuilder spelled = new StringBuilder();
        for (byte value : piece.getBytes(StandardCharsets.UTF_8)) {
            spelled.append(character(value & 0xff));
        }
        return spelled.toString();
    }

    /** GPT-2's printable character for a byte. */
    private static String character(int value) {
        int next = 256;
        for (int other = 0; other <= value; other++) {
            boolean printable = (other >= 33 && other <= 126) || (other >= 161 && other != 173);
            if (other == value) {
                return Character.toString(printable ? value : next);
            }
            next += printable ? 0 : 1;
        }
        throw new IllegalStateException("the loop ends at the value");
    }

    /** Builds a safetensors file; entries can be bent before they are written. */
    static final class SafetensorsBuilder {
        private final Map<String, String> entries = new LinkedHashMap<>();
        private final ByteArrayOutputStream data = new ByteArrayOutputStream();

        SafetensorsBuilder model(boolean tied) {
            for (WeightRole role : WeightRole.values()) {
                for (int layer = 0; layer < (role.perLayer() ? SHAPE.layers() : 1); layer++) {
                    if (role != WeightRole.HEAD || !tied) {
                        add(role.huggingFaceName(layer), role.sizes(SHAPE, VOCABULARY), weights(role, layer));
                    }
                }
            }
            return this;
        }

        SafetensorsBuilder add(String name, int[] sizes, float[] values) {
            int from = data.size();
            ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
            for (float value : values) {
                bytes.putFloat(value);
            }
            data.writeBytes(bytes.array());
            return entry(name, "F32", Arrays.toString(sizes), from, data.size());
        }

        SafetensorsBuilder entry(String name, String dtype, String shape, long from, long to) {
            return raw(
                    name, "{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%d,%d]}".formatted(dtype, shape, from, to));
        }

        SafetensorsBuilder raw(String name, String json) {
            entries.put(name, json);
            return this;
        }

        SafetensorsBuilder data(byte[] bytes) {
            data.writeBytes(bytes);
            return this;
        }

        byte[] bytes() {
            StringBuilder header = new StringBuilder("{\"__metadata__\":{\"format\":\"pt\"}");
            entries.forEach((name, json) ->
                    header.append(",\"").append(name).append("\":").append(json));
            byte[] json = header.append("}").toString().getBytes(StandardCharsets.UTF_8);
            return ByteBuffer.allocate(8 + json.length + data.size())
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putLong(json.length)
                    .put(json)
                    .put(data.toByteArray())
                    .array();
        }
    }

    /** Builds a GGUF file; values and entries can be bent before they are written. */
    static final class GgufBuilder {
        private static final int ALIGNMENT = 32;

        int version = 3;
        private static final long TRUE_COUNT = 7_777_777_777L;

        long tensorCount = TRUE_COUNT;
        long keyCount = TRUE_COUNT;
        private final Map<String, byte[]> values = new LinkedHashMap<>();
        private final Map<String, byte[]> entries = new LinkedHashMap<>();
        private final ByteArrayOutputStream data = new ByteArrayOutputStream();

        GgufBuilder model(boolean tied) {
            text("general.architecture", "llama");
            integer("llama.block_count", SHAPE.layers());
            integer("llama.context_length", SHAPE.contextTokens());
            integer("llama.embedding_length", SHAPE.hidden());
            integer("llama.feed_forward_length", SHAPE.feedForward());
            integer("llama.attention.head_count", SHAPE.heads());
            integer("llama.attention.head_count_kv", SHAPE.keyValueHeads());
            integer("llama.rope.dimension_count", SHAPE.headDimension());
            number("llama.rope.freq_base", 10_000f);
            value("llama.attention.layer_norm_rms_epsilon", 12, buffer(8).putDouble(1e-5));
            text("tokenizer.ggml.model", "gpt2");
            text("tokenizer.ggml.pre", "gpt-2");
            texts("tokenizer.ggml.tokens", tokens());
            int[] types = new int[VOCABULARY];
            Arrays.fill(types, 1);
            types[0] = 3;
            integers("tokenizer.ggml.token_type", types);
            texts("tokenizer.ggml.merges", merges());
            integer("tokenizer.ggml.bos_token_id", 0);
            integer("tokenizer.ggml.eos_token_id", 0);
            for (WeightRole role : WeightRole.values()) {
                for (int layer = 0; layer < (role.perLayer() ? SHAPE.layers() : 1); layer++) {
                    if (role != WeightRole.HEAD || !tied) {
                        boolean permuted = role == WeightRole.QUERY || role == WeightRole.KEY;
                        float[] stored = weights(role, layer);
                        floats(
                                role.ggufName(layer),
                                role.sizes(SHAPE, VOCABULARY),
                                permuted ? pairsFromHalves(stored) : stored);
                    }
                }
            }
            return this;
        }

        /** As llama.cpp's converter: row half · d/2 + i of each head becomes row 2i + half. */
        private static float[] pairsFromHalves(float[] rows) {
            int columns = SHAPE.hidden();
            int half = SHAPE.headDimension() / 2;
            float[] pairs = new float[rows.length];
            for (int head = 0; head < rows.length / columns / (2 * half); head++) {
                for (int i = 0; i < half; i++) {
                    for (int part = 0; part < 2; part++) {
                        int from = head * 2 * half + part * half + i;
                        int to = head * 2 * half + 2 * i + part;
                        System.arraycopy(rows, from * columns, pairs, to * columns, columns);
                    }
                }
            }
            return pairs;
        }

        GgufBuilder text(String key, String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return value(key, 8, buffer(8 + bytes.length).putLong(bytes.length).put(bytes));
        }

        GgufBuilder integer(String key, int number) {
            return value(key, 4, buffer(4).putInt(number));
        }

        GgufBuilder number(String key, float number) {
            return value(key, 6, buffer(4).putFloat(number));
        }

        GgufBuilder texts(String key, List<String> texts) {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(buffer(12).putInt(8).putLong(texts.size()).array());
            for (String text : texts) {
                out.writeBytes(string(text));
            }
            return value(key, 9, ByteBuffer.wrap(out.toByteArray()));
        }

        GgufBuilder integers(String key, int[] numbers) {
            ByteBuffer bytes = buffer(12 + 4 * numbers.length).putInt(5).putLong(numbers.length);
            for (int number : numbers) {
                bytes.putInt(number);
            }
            return value(key, 9, bytes);
        }

        GgufBuilder value(String key, int type, ByteBuffer bytes) {
            values.put(
                    key,
                    buffer(4 + bytes.capacity()).putInt(type).put(all(bytes)).array());
            return this;
        }

        GgufBuilder without(String key) {
            values.remove(key);
            entries.remove(key);
            return this;
        }

        GgufBuilder floats(String name, int[] sizes, float[] numbers) {
            ByteBuffer bytes = buffer(4 * numbers.length);
            for (float number : numbers) {
                bytes.putFloat(number);
            }
            return tensor(name, sizes, TensorType.F32.ggmlNumber(), all(bytes));
        }

        GgufBuilder tensor(String name, int[] sizes, int type, byte[] bytes) {
            long[] fastestFirst = new long[sizes.length];
            for (int i = 0; i < sizes.length; i++) {
                fastestFirst[i] = sizes[sizes.length - 1 - i];
            }
            entry(name, fastestFirst, type, data.size());
            data.writeBytes(bytes);
            data.writeBytes(new byte[(ALIGNMENT - data.size() % ALIGNMENT) % ALIGNMENT]);
            return this;
        }

        GgufBuilder entry(String name, long[] fastestFirst, int type, long offset) {
            ByteBuffer bytes = buffer(16 + 8 * fastestFirst.length).putInt(fastestFirst.length);
            for (long size : fastestFirst) {
                bytes.putLong(size);
            }
            entries.put(name, all(bytes.putInt(type).putLong(offset)));
            return this;
        }

        byte[] bytes() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(buffer(24)
                    .put("GGUF".getBytes(StandardCharsets.US_ASCII))
                    .putInt(version)
                    .putLong(tensorCount == TRUE_COUNT ? entries.size() : tensorCount)
                    .putLong(keyCount == TRUE_COUNT ? values.size() : keyCount)
                    .array());
            values.forEach((key, bytes) -> {
                out.writeBytes(string(key));
                out.writeBytes(bytes);
            });
            entries.forEach((name, bytes) -> {
                out.writeBytes(string(name));
                out.writeBytes(bytes);
            });
            out.writeBytes(new byte[(ALIGNMENT - out.size() % ALIGNMENT) % ALIGNMENT]);
            out.writeBytes(data.toByteArray());
            return out.toByteArray();
        }

        private static byte[] string(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            return buffer(8 + bytes.length).putLong(bytes.length).put(bytes).array();
        }

        private static byte[] all(ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.capacity()];
            buffer.duplicate().rewind().get(bytes);
            return bytes;
        }

        static ByteBuffer buffer(int bytes) {
            return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
        }
    }

    /** Opens and imports, as a user would. */
    static ExactContents imported(ByteFolder folder) {
        try (SourceModel source = HuggingFaceModel.open(folder)) {
            return TinyModels.contents(source, ImportOptions.DEFAULT, 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Opens and imports, as a user would. */
    static ExactContents imported(byte[] gguf) {
        try (SourceModel source = GgufModel.open(new ArraySource("tiny.gguf", gguf))) {
            return TinyModels.contents(source, ImportOptions.DEFAULT, 1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
