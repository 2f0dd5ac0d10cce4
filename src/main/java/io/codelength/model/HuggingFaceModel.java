package io.codelength.model;

import io.codelength.exact.ProfileLimits;
import io.codelength.token.TokenizerDefinition;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * Opens a folder in Hugging Face layout: {@code config.json}, {@code tokenizer.json} and safetensors. Reads the
 * configuration and the tensor tables, and refuses by name whatever the arithmetic does not compute: other architectures,
 * biases, other activations, unknown rope scalings, unknown tensors.
 */
public final class HuggingFaceModel {
    private static final int CONFIG_BYTES_MAX = 1 << 20;
    private static final int INDEX_BYTES_MAX = 16 << 20;
    private static final String INDEX = "model.safetensors.index.json";

    private HuggingFaceModel() {}

    /**
     * @return the open model; the caller closes it
     * @throws ModelFormatException naming the file and the tensor or field that is wrong or not supported
     */
    public static SourceModel open(ByteFolder folder) throws IOException {
        Set<String> names = new TreeSet<>(folder.files());
        Config config =
                new Config(readJson(folder, names, "config.json", CONFIG_BYTES_MAX), folder.name() + "/config.json");
        ModelShape shape = config.shape();
        double[] frequencies = config.inverseFrequencies(shape);
        int vocabularyRows = config.integer("vocab_size", StoredTensor.ELEMENTS_MAX);
        boolean tied = config.flag("tie_word_embeddings", false);
        TokenizerDefinition tokenizer = readTokenizer(folder, names, config);

        List<ByteSource> files = new ArrayList<>();
        try {
            TensorTable table = readTables(folder, names, files);
            requireKnownTensors(table, shape, vocabularyRows, tied);
            return new SourceModel(
                    folder.name(),
                    shape,
                    frequencies,
                    tokenizer,
                    vocabularyRows,
                    tied,
                    (role, layer, sizes) ->
                            table.get(role.huggingFaceName(layer)).read(sizes),
                    files);
        } catch (IOException | RuntimeException e) {
            SourceModel.closeAll(files);
            throw e;
        }
    }

    private static JsonNode readJson(ByteFolder folder, Set<String> names, String file, int bytesMax)
            throws IOException {
        requireFile(folder, names, file);
        try (ByteSource source = folder.open(file)) {
            return Json.readObject(source, bytesMax);
        }
    }

    private static TokenizerDefinition readTokenizer(ByteFolder folder, Set<String> names, Config config)
            throws IOException {
        requireFile(folder, names, "tokenizer.json");
        try (ByteSource source = folder.open("tokenizer.json")) {
            return SourceTokenizer.fromHuggingFace(source, config.token("bos_token_id"), config.token("eos_token_id"));
        }
    }

    private static void requireFile(ByteFolder folder, Set<String> names, String file) {
        if (!names.contains(file)) {
            throw new ModelFormatException(folder.name(), file, "this file in the model's folder", "none");
        }
    }

    /** Follows the index if there is one; otherwise takes every safetensors file of the folder. */
    private static TensorTable readTables(ByteFolder folder, Set<String> names, List<ByteSource> files)
            throws IOException {
        TensorTable table = new TensorTable(folder.name());
        if (!names.contains(INDEX)) {
            for (String name : names) {
                if (name.endsWith(".safetensors")) {
                    ByteSource file = folder.open(name);
                    files.add(file);
                    Safetensors.readTable(file).forEach(table::add);
                }
            }
            if (files.isEmpty()) {
                throw new ModelFormatException(folder.name(), "weights", "a *.safetensors file", "none");
            }
            return table;
        }
        JsonNode map = readJson(folder, names, INDEX, INDEX_BYTES_MAX).path("weight_map");
        Map<String, String> fileOf = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            fileOf.put(entry.getKey(), entry.getValue().asString(""));
        }
        for (String name : new TreeSet<>(fileOf.values())) {
            if (!names.contains(name)) {
                throw new ModelFormatException(INDEX, "weight_map", "files of this folder", name);
            }
            ByteSource file = folder.open(name);
            files.add(file);
            for (StoredTensor tensor : Safetensors.readTable(file)) {
                if (name.equals(fileOf.get(tensor.name()))) {
                    table.add(tensor);
                }
            }
        }
        for (Map.Entry<String, String> entry : fileOf.entrySet()) {
            if (!table.has(entry.getKey())) {
                throw new ModelFormatException(INDEX, entry.getKey(), "this tensor in " + entry.getValue(), "none");
            }
        }
        return table;
    }

    private static void requireKnownTensors(TensorTable table, ModelShape shape, int vocabularyRows, boolean tied) {
        Set<String> known = new HashSet<>();
        for (WeightRole role : WeightRole.values()) {
            for (int layer = 0; layer < (role.perLayer() ? shape.layers() : 1); layer++) {
                String name = role.huggingFaceName(layer);
                known.add(name);
                // A tied model may carry its output matrix once more; it is the embedding that counts.
                if (role != WeightRole.HEAD || !tied) {
                    table.get(name).requireShape(role.sizes(shape, vocabularyRows));
                }
            }
        }
        for (String name : new TreeSet<>(table.names())) {
            // Old files keep the plain rotary frequencies, which follow from the configuration.
            if (!known.contains(name) && !name.endsWith(".rotary_emb.inv_freq")) {
                throw new ModelFormatException(
                        table.get(name).file().name(), name, "a tensor of a Llama model without biases", "this one");
            }
        }
    }

    /** Reads the fields of config.json that matter, and refuses those that would change the arithmetic. */
    private record Config(JsonNode root, String file) {
        ModelShape shape() {
            requireText("model_type", "llama");
            requireText("hidden_act", "silu");
            requireAbsent("quantization_config");
            requireFalse("attention_bias");
            requireFalse("mlp_bias");
            if (root.path("partial_rotary_factor").asDouble(1) != 1) {
                throw refuse("partial_rotary_factor", "1", root.path("partial_rotary_factor"));
            }
            int hidden = integer("hidden_size", ProfileLimits.HIDDEN_MAX);
            int heads = integer("num_attention_heads", ProfileLimits.HEADS_MAX);
            int context = integer("max_position_embeddings", Integer.MAX_VALUE);
            int headDimension;
            if (isSet("head_dim")) {
                headDimension = integer("head_dim", ProfileLimits.HEAD_DIMENSION_MAX);
            } else if (hidden % heads == 0) {
                headDimension = hidden / heads;
            } else {
                throw refuse("hidden_size", "a multiple of num_attention_heads " + heads, hidden);
            }
            try {
                return new ModelShape(
                        hidden,
                        integer("num_hidden_layers", ProfileLimits.LAYERS_MAX),
                        heads,
                        isSet("num_key_value_heads") ? integer("num_key_value_heads", heads) : heads,
                        headDimension,
                        integer("intermediate_size", ProfileLimits.INNER_MAX),
                        Math.min(context, ProfileLimits.CONTEXT_MAX),
                        number("rms_norm_eps", root.path("rms_norm_eps")));
            } catch (IllegalArgumentException e) {
                throw new ModelFormatException(file, "shape", "sizes of a Llama model", e.getMessage(), e);
            }
        }

        /** Newer files gather everything about rotary embeddings in rope_parameters, older ones in two fields. */
        double[] inverseFrequencies(ModelShape shape) {
            JsonNode rope = isSet("rope_parameters") ? root.path("rope_parameters") : root.path("rope_scaling");
            String field = isSet("rope_parameters") ? "rope_parameters" : "rope_scaling";
            JsonNode theta = rope.has("rope_theta") ? rope.path("rope_theta") : root.path("rope_theta");
            double base = theta.isMissingNode() ? 10_000 : number("rope_theta", theta);
            if (!(base >= 1 && base <= 1e12)) {
                throw refuse("rope_theta", "1 to 1e12", theta);
            }
            double[] plain = RotaryFrequencies.plain(shape.headDimension(), base);
            if (rope.isMissingNode() || rope.isNull()) {
                return plain;
            }
            String type = rope.path("rope_type").asString(rope.path("type").asString("default"));
            return switch (type) {
                case "default" -> plain;
                case "linear" -> RotaryFrequencies.linear(plain, factor(field, rope, "factor"));
                case "llama3" -> {
                    double low = factor(field, rope, "low_freq_factor");
                    double high = factor(field, rope, "high_freq_factor");
                    if (!(low < high)) {
                        throw refuse(field + ".high_freq_factor", "more than low_freq_factor " + low, high);
                    }
                    yield RotaryFrequencies.llama3(
                            plain,
                            factor(field, rope, "factor"),
                            low,
                            high,
                            factor(field, rope, "original_max_position_embeddings"));
                }
                default -> throw refuse(field + ".rope_type", "default, linear or llama3", type);
            };
        }

        private double factor(String field, JsonNode rope, String name) {
            double value = number(field + "." + name, rope.path(name));
            if (!(value >= 1 && value <= 1e9)) {
                throw refuse(field + "." + name, "1 to 1e9", value);
            }
            return value;
        }

        boolean isSet(String field) {
            return !root.path(field).isMissingNode() && !root.path(field).isNull();
        }

        boolean flag(String field, boolean otherwise) {
            if (!isSet(field)) {
                return otherwise;
            }
            if (!root.path(field).isBoolean()) {
                throw refuse(field, "true or false", root.path(field));
            }
            return root.path(field).asBoolean();
        }

        int integer(String field, long most) {
            JsonNode value = root.path(field);
            if (!value.isIntegralNumber() || !value.canConvertToLong() || value.asLong() < 1 || value.asLong() > most) {
                throw refuse(field, "an integer from 1 to " + most, value.isMissingNode() ? "none" : value);
            }
            return (int) value.asLong();
        }

        double number(String field, JsonNode value) {
            if (!value.isNumber() || !Double.isFinite(value.asDouble())) {
                throw refuse(field, "a number", value.isMissingNode() ? "none" : value);
            }
            return value.asDouble();
        }

        /** A token's raw id, the first where there are several. */
        OptionalInt token(String field) {
            JsonNode value = root.path(field).isArray() ? root.path(field).path(0) : root.path(field);
            if (value.isMissingNode() || value.isNull()) {
                return OptionalInt.empty();
            }
            if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < 0) {
                throw refuse(field, "a token's number", value);
            }
            return OptionalInt.of(value.asInt());
        }

        private void requireText(String field, String expected) {
            if (!root.path(field).asString("").equals(expected)) {
                throw refuse(field, expected, root.path(field).isMissingNode() ? "none" : root.path(field));
            }
        }

        private void requireFalse(String field) {
            if (flag(field, false)) {
                throw refuse(field, "false (biases are not computed)", true);
            }
        }

        private void requireAbsent(String field) {
            if (isSet(field)) {
                throw refuse(field, "weights that are not quantised", "this field");
            }
        }

        private ModelFormatException refuse(String field, String expected, Object found) {
            return new ModelFormatException(file, field, expected, found);
        }
    }
}
