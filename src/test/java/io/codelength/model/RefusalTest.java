package io.codelength.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.codelength.model.TinyFiles.GgufBuilder;
import io.codelength.model.TinyFiles.MemoryFolder;
import io.codelength.model.TinyFiles.SafetensorsBuilder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Files that lie, one lie each: refused with the file and the tensor or field, before anything of their size is allocated. */
class RefusalTest {
    private static final MemoryFolder RIGHT = TinyFiles.huggingFace(true);

    @Test
    void theFilesWithoutALieImport() throws IOException {
        byte[] folder = ModelImporterTest.file(TinyFiles.imported(RIGHT));
        byte[] gguf = ModelImporterTest.file(
                TinyFiles.imported(new GgufBuilder().model(true).bytes()));
        assertThat(gguf).as("the same model from GGUF, q and k permuted back").isEqualTo(folder);
        byte[] untied = ModelImporterTest.file(TinyFiles.imported(TinyFiles.huggingFace(false)));
        assertThat(ModelImporterTest.file(
                        TinyFiles.imported(new GgufBuilder().model(false).bytes())))
                .isEqualTo(untied)
                .isNotEqualTo(folder);
        GgufBuilder second = new GgufBuilder().model(true);
        second.version = 2;
        assertThat(ModelImporterTest.file(TinyFiles.imported(second.bytes()))).isEqualTo(folder);
    }

    @Test
    void severalFilesWithAnIndexAreTheSameModel() throws IOException {
        SafetensorsBuilder first = new SafetensorsBuilder();
        SafetensorsBuilder second = new SafetensorsBuilder();
        StringBuilder map = new StringBuilder();
        int number = 0;
        for (WeightRole role : WeightRole.values()) {
            for (int layer = 0; layer < (role.perLayer() ? 2 : 1); layer++) {
                if (role != WeightRole.HEAD) {
                    String name = role.huggingFaceName(layer);
                    boolean odd = number++ % 2 == 1;
                    (odd ? second : first)
                            .add(
                                    name,
                                    role.sizes(TinyFiles.SHAPE, TinyFiles.VOCABULARY),
                                    TinyFiles.weights(role, layer));
                    map.append("%s\"%s\": \"%s\""
                            .formatted(map.isEmpty() ? "" : ",", name, odd ? "b.safetensors" : "a.safetensors"));
                }
            }
        }
        MemoryFolder split = RIGHT.without("model.safetensors")
                .with("a.safetensors", first.bytes())
                .with("b.safetensors", second.bytes());
        byte[] expected = ModelImporterTest.file(TinyFiles.imported(RIGHT));
        assertThat(ModelImporterTest.file(TinyFiles.imported(split))).isEqualTo(expected);
        MemoryFolder indexed = split.with("model.safetensors.index.json", index(map.toString()));
        assertThat(ModelImporterTest.file(TinyFiles.imported(indexed))).isEqualTo(expected);

        refused(indexed.without("b.safetensors"), "weight_map", "b.safetensors");
        refused(
                split.with("model.safetensors.index.json", index(map + ",\"more\": \"a.safetensors\"")),
                "more",
                "a.safetensors");
        refused(
                split.with("model.safetensors.index.json", index("\"x\": \"../a.safetensors\"")),
                "weight_map",
                "../a.safetensors");
        refused(split.with("c.safetensors", first.bytes()), "model.embed_tokens.weight", "another");
    }

    private static byte[] index(String map) {
        return "{\"weight_map\": {%s}}".formatted(map).getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void configurationsThatTheArithmeticDoesNotComputeAreRefusedByField() {
        refused(RIGHT.withConfig("\"model_type\": \"llama\"", "\"model_type\": \"mamba\""), "model_type", "mamba");
        refused(RIGHT.withConfig("\"silu\"", "\"gelu\""), "hidden_act", "gelu");
        refused(RIGHT.withConfig("\"attention_bias\": false", "\"attention_bias\": true"), "attention_bias", "bias");
        refused(RIGHT.withConfig("\"mlp_bias\": false", "\"mlp_bias\": true"), "mlp_bias", "bias");
        refused(RIGHT.withConfig("\"mlp_bias\": false", "\"mlp_bias\": 1"), "mlp_bias", "true or false");
        refused(RIGHT.withConfig("\"hidden_size\": 32", "\"hidden_size\": 0"), "hidden_size", "0");
        refused(RIGHT.withConfig("\"hidden_size\": 32", "\"hidden_size\": 9999999999"), "hidden_size", "9999999999");
        refused(RIGHT.withConfig("\"hidden_size\": 32", "\"hidden_size\": \"32\""), "hidden_size", "32");
        refused(RIGHT.withConfig("\"hidden_size\": 32,", ""), "hidden_size", "none");
        refused(RIGHT.withConfig("\"head_dim\": 8", "\"head_dim\": 7"), "shape", "even");
        refused(RIGHT.withConfig("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3"), "shape", "divisor");
        refused(RIGHT.withConfig("1e-05", "0"), "shape", "normEpsilon");
        refused(RIGHT.withConfig("1e-05", "\"NaN\""), "rms_norm_eps", "NaN");
        refused(RIGHT.withConfig("10000.0", "-1"), "rope_theta", "-1");
        refused(
                RIGHT.withConfig("\"rope_scaling\": null", "\"rope_scaling\": {\"rope_type\": \"yarn\"}"),
                "rope_type",
                "yarn");
        refused(
                RIGHT.withConfig("\"rope_scaling\": null", "\"rope_scaling\": {\"type\": \"linear\"}"),
                "factor",
                "none");
        refused(
                RIGHT.withConfig("\"rope_scaling\": null", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 0}"),
                "factor",
                "0");
        refused(
                RIGHT.withConfig("\"rope_scaling\": null", "\"partial_rotary_factor\": 0.5"),
                "partial_rotary_factor",
                "0.5");
        refused(
                RIGHT.withConfig("\"rope_scaling\": null", "\"quantization_config\": {}"),
                "quantization_config",
                "not");
        refused(RIGHT.withConfig("\"vocab_size\": 262", "\"vocab_size\": 100"), "embed_tokens", "[100, 32]");
        refused(RIGHT.withConfig("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": false"), "lm_head", "none");
        refused(RIGHT.without("config.json"), "config.json", "none");
        refused(RIGHT.without("tokenizer.json"), "tokenizer.json", "none");
        refused(RIGHT.without("model.safetensors"), "weights", "none");
        refused(RIGHT.with("config.json", "[]".getBytes(StandardCharsets.UTF_8)), "JSON", "ARRAY");
        refused(RIGHT.with("config.json", "{\"a\":1,\"a\":2}".getBytes(StandardCharsets.UTF_8)), "JSON", "uplicate");
        refused(RIGHT.with("config.json", "{\"a\":".repeat(5000).getBytes(StandardCharsets.UTF_8)), "JSON", "epth");
        refused(RIGHT.with("config.json", new byte[2 << 20]), "length", "2097152");
        refused(RIGHT.with("tokenizer.json", "{}".getBytes(StandardCharsets.UTF_8)), "tokenizer", "model");
    }

    @Test
    void ropeScalingsAreAppliedToTheFrequencies() throws IOException {
        assertThat(frequencies("\"rope_scaling\": {\"type\": \"linear\", \"factor\": 4}"))
                .containsExactly(0.25, 0.025, 0.0025, 0.00025);
        double[] llama3 =
                frequencies("\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1,"
                        + " \"high_freq_factor\": 4, \"original_max_position_embeddings\": 100}");
        // Wavelengths 6.28, 62.8, 628, 6283: kept (below 25), blended, divided, divided.
        double blend = (100 / (2 * Math.PI / 0.1) - 1) / 3;
        assertThat(llama3[0]).isEqualTo(1);
        assertThat(llama3[1]).isCloseTo((1 - blend) * 0.1 / 8 + blend * 0.1, offset(1e-15));
        assertThat(llama3[2]).isEqualTo(0.01 / 8);
        assertThat(llama3[3]).isEqualTo(0.001 / 8);
        assertThat(frequencies("\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 16.0}"))
                .containsExactly(1, 0.5, 0.25, 0.125);
    }

    private static double[] frequencies(String scaling) throws IOException {
        try (SourceModel source = HuggingFaceModel.open(RIGHT.withConfig("\"rope_scaling\": null", scaling))) {
            return source.inverseFrequencies();
        }
    }

    @Test
    void safetensorsThatLieAreRefusedByTensor() {
        String name = "model.norm.weight";
        tensorRefused(model().entry(name, "F32", "[32]", 0, 1L << 60), "span 128 bytes");
        tensorRefused(model().entry(name, "F32", "[32]", 1L << 40, (1L << 40) + 128), "offset");
        tensorRefused(model().entry(name, "F32", "[32]", Long.MAX_VALUE - 10, Long.MAX_VALUE), "offset");
        tensorRefused(model().entry(name, "F32", "[32]", 64, 192), "inside");
        tensorRefused(model().entry(name, "I64", "[32]", 0, 256), "dtype");
        tensorRefused(model().entry(name, "F32", "[4294967296, 4294967296]", 0, 128), "size");
        tensorRefused(model().entry(name, "F32", "[99999999999999999999]", 0, 128), "integers");
        tensorRefused(model().entry(name, "F32", "[-1]", 0, 128), "integers");
        tensorRefused(model().entry(name, "F32", "[0]", 0, 0), "size 0");
        tensorRefused(model().entry(name, "F32", "[]", 0, 4), "dimensions");
        tensorRefused(model().entry(name, "F32", "[1, 1, 32]", 0, 128), "dimensions");
        tensorRefused(model().raw(name, "7"), "dtype");
        tensorRefused(model().raw(name, "{\"dtype\":\"F32\",\"shape\":[32]}"), "data_offsets");
        int behind = 4 * 200_000;
        tensorRefused(
                model().data(new byte[behind]).entry(name, "F32", "[33]", weightBytes(), weightBytes() + 132), "[33]");
        MemoryFolder bias = RIGHT.with(
                "model.safetensors",
                model().add("model.layers.0.self_attn.q_proj.bias", new int[] {32}, new float[32])
                        .bytes());
        refused(bias, "model.layers.0.self_attn.q_proj.bias", "biases");
    }

    private static SafetensorsBuilder model() {
        return new SafetensorsBuilder().model(true);
    }

    private static int weightBytes() {
        byte[] file = model().bytes();
        int header = (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return file.length - 8 - header;
    }

    private static void tensorRefused(SafetensorsBuilder builder, String why) {
        refused(RIGHT.with("model.safetensors", builder.bytes()), "model.norm.weight", why);
    }

    @Test
    void headersLongerThanTheirFileAreRefused() {
        for (long length : new long[] {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 1L << 40, 17 << 20}) {
            byte[] file = RIGHT.bytes("model.safetensors").clone();
            ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
            refused(RIGHT.with("model.safetensors", file), "header length", Long.toUnsignedString(length));
        }
        refused(RIGHT.with("model.safetensors", new byte[7]), "length", "7");
    }

    @Test
    void numbersThatAreNotFiniteOrTooLargeAreRefusedByTensor() {
        for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY, -Float.MAX_VALUE, 1048577f}) {
            float[] gain = new float[32];
            gain[5] = bad;
            int[] sizes = {32};
            MemoryFolder folder = RIGHT.with(
                    "model.safetensors",
                    model().add("model.norm.weight", sizes, gain).bytes());
            refused(folder, "model.norm.weight[5]", String.valueOf(bad));
            byte[] gguf = new GgufBuilder()
                    .model(true)
                    .floats("output_norm.weight", sizes, gain)
                    .bytes();
            refused(gguf, "output_norm.weight[5]", String.valueOf(bad));
        }
        float[] gain = new float[32];
        Arrays.fill(gain, 0x1p20f);
        MemoryFolder folder = RIGHT.with(
                "model.safetensors",
                model().add("model.layers.0.input_layernorm.weight", new int[] {32}, gain)
                        .add("model.layers.0.self_attn.k_proj.weight", new int[] {16, 32}, filled(16 * 32, 2f))
                        .bytes());
        refused(folder, "layer 0 key row 0", "2^20");
    }

    private static float[] filled(int count, float value) {
        float[] values = new float[count];
        Arrays.fill(values, value);
        return values;
    }

    @Test
    void ggufThatLiesIsRefusedByKeyOrTensor() {
        refused(gguf().text("general.architecture", "falcon"), "general.architecture", "falcon");
        refused(gguf().without("general.architecture"), "general.architecture", "none");
        refused(gguf().integer("llama.embedding_length", -1), "llama.embedding_length", "4294967295");
        refused(gguf().text("llama.embedding_length", "32"), "llama.embedding_length", "String");
        refused(gguf().integer("llama.expert_count", 8), "llama.expert_count", "more");
        refused(gguf().integer("llama.rope.dimension_count", 4), "llama.rope.dimension_count", "4");
        refused(gguf().integer("llama.attention.value_length", 4), "llama.attention.value_length", "4");
        refused(gguf().text("llama.rope.scaling.type", "yarn"), "llama.rope.scaling.type", "yarn");
        refused(
                gguf().integers("llama.attention.head_count_kv", new int[] {2, 2}),
                "llama.attention.head_count_kv",
                "Long");
        refused(gguf().without("tokenizer.ggml.tokens"), "tokenizer.ggml.tokens", "none");
        refused(gguf().text("tokenizer.ggml.model", "bert"), "tokenizer", "bert");
        refused(gguf().integer("general.alignment", 48), "general.alignment", "48");
        refused(gguf().integer("general.alignment", 0), "general.alignment", "0");
        refused(gguf().without("blk.1.ffn_up.weight"), "blk.1.ffn_up.weight", "none");
        String norm = "output_norm.weight";
        refused(gguf().entry(norm, new long[] {32}, 10, 0), norm, "type 10");
        refused(gguf().entry(norm, new long[] {32}, 99, 0), norm, "type 99");
        refused(gguf().entry(norm, new long[] {32}, 0, 8), norm, "offset");
        refused(gguf().entry(norm, new long[] {32}, 0, 1L << 40), norm, "offset");
        refused(gguf().entry(norm, new long[] {32}, 0, -32), norm, "offset");
        refused(gguf().entry(norm, new long[] {32}, 0, 32), "", "inside");
        refused(gguf().entry(norm, new long[] {33}, 8, 0), norm, "blocks");
        refused(gguf().entry(norm, new long[] {1L << 62, 4}, 0, 0), norm, "size");
        refused(gguf().entry(norm, new long[] {-1}, 0, 0), norm, "size");
        refused(gguf().entry(norm, new long[] {1, 1, 1}, 0, 0), norm, "dimensions");
        refused(gguf().entry(norm, new long[] {1, 1, 1, 1, 1}, 0, 0), norm, "dimensions");
        refused(gguf().floats("blk.0.attn_q.bias", new int[] {32}, new float[32]), "blk.0.attn_q.bias", "biases");
        refused(gguf().floats("rope_freqs.weight", new int[] {4}, new float[4]), "rope_freqs.weight", "0.0");
    }

    @Test
    void ggufCountsBeyondTheFileAreRefused() {
        for (long count : new long[] {-1, Long.MIN_VALUE, 1L << 40, 60_000}) {
            GgufBuilder tensors = gguf();
            tensors.tensorCount = count;
            refused(tensors, "tensor count", Long.toUnsignedString(count));
            GgufBuilder keys = gguf();
            keys.keyCount = count;
            refused(keys, count == 60_000 ? "" : "key count", "");
            refused(
                    gguf().value(
                                    "tokenizer.ggml.tokens",
                                    9,
                                    GgufBuilder.buffer(12).putInt(8).putLong(count)),
                    "tokenizer.ggml.tokens",
                    count == 60_000 ? "" : Long.toUnsignedString(count));
            refused(
                    gguf().value(
                                    "general.architecture",
                                    8,
                                    GgufBuilder.buffer(8).putLong(count)),
                    "general.architecture",
                    count == 60_000 ? "" : Long.toUnsignedString(count));
        }
        refused(gguf().value("x", 9, GgufBuilder.buffer(24).putInt(9)), "x", "arrays");
        refused(gguf().value("x", 13, GgufBuilder.buffer(8)), "x", "13");
        refused(gguf().value("x", 7, GgufBuilder.buffer(1).put((byte) 2)), "x", "2");
        GgufBuilder version = gguf();
        version.version = 1;
        refused(version, "version", "1");
        version.version = 3 << 24;
        refused(version, "version", "big-endian");
        refused("GGML".getBytes(StandardCharsets.UTF_8), "magic", "other");
    }

    private static GgufBuilder gguf() {
        return new GgufBuilder().model(true);
    }

    @Test
    void ggufScalingAndDivisorsChangeTheFrequencies() throws IOException {
        GgufBuilder linear = gguf().text("llama.rope.scaling.type", "linear").number("llama.rope.scaling.factor", 2);
        assertThat(frequencies(linear)).containsExactly(0.5, 0.05, 0.005, 0.0005);
        GgufBuilder divided = gguf().floats("rope_freqs.weight", new int[] {4}, new float[] {1, 2, 4, 8});
        assertThat(frequencies(divided)).containsExactly(1, 0.05, 0.0025, 0.001 / 8);
    }

    private static double[] frequencies(GgufBuilder builder) throws IOException {
        try (SourceModel source = GgufModel.open(new ArraySource("tiny.gguf", builder.bytes()))) {
            return source.inverseFrequencies();
        }
    }

    @Test
    void truncatingAtEveryByteOfTheHeadAndManyOfTheWeightsFailsCleanly() {
        byte[] gguf = gguf().bytes();
        for (int length = 0; length < gguf.length; length += length < 9000 ? 1 : 1997) {
            refused(Arrays.copyOf(gguf, length), "", "");
        }
        byte[] safetensors = RIGHT.bytes("model.safetensors");
        for (int length = 0; length < safetensors.length; length += length < 500 ? 1 : length < 2600 ? 7 : 1997) {
            refused(RIGHT.with("model.safetensors", Arrays.copyOf(safetensors, length)), "", "");
        }
    }

    @Test
    void randomDamageIsRefusedOrHarmlessButNeverAnotherError() {
        byte[] gguf = gguf().bytes();
        byte[] safetensors = RIGHT.bytes("model.safetensors");
        Random random = new Random(42);
        for (int round = 0; round < 600; round++) {
            byte[] bent = gguf.clone();
            bend(bent, random, 9000);
            harmlessOrRefused(() -> TinyFiles.imported(bent));
            byte[] other = safetensors.clone();
            bend(other, random, 2600);
            harmlessOrRefused(() -> TinyFiles.imported(RIGHT.with("model.safetensors", other)));
        }
    }

    private static void bend(byte[] file, Random random, int within) {
        for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
            file[random.nextInt(Math.min(within, file.length))] ^= (byte) (1 << random.nextInt(8));
        }
    }

    static void harmlessOrRefused(Runnable reading) {
        try {
            reading.run();
        } catch (ModelFormatException e) {
            assertThat(e.file()).isNotEmpty();
            assertThat(e.place()).isNotEmpty();
        }
    }

    private static void refused(MemoryFolder folder, String place, String words) {
        check(() -> TinyFiles.imported(folder), place, words);
    }

    private static void refused(GgufBuilder builder, String place, String words) {
        refused(builder.bytes(), place, words);
    }

    private static void refused(byte[] gguf, String place, String words) {
        check(() -> TinyFiles.imported(gguf), place, words);
    }

    private static void check(Runnable reading, String place, String words) {
        assertThatThrownBy(reading::run)
                .isInstanceOfSatisfying(
                        ModelFormatException.class,
                        e -> assertThat(List.of(e.file(), e.place(), e.expected(), e.found()))
                                .doesNotContain(""))
                .hasMessageContaining(place)
                .hasMessageContaining(words);
    }
}
