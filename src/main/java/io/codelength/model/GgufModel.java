package io.codelength.model;

import io.codelength.exact.ProfileLimits;
import io.codelength.token.TokenizerDefinition;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Opens a GGUF file of architecture {@code llama}. Its q and k rows are permuted for rotary pairs that lie side by side;
 * {@link #open} gives them back in Hugging Face's order of halves. What the arithmetic does not compute is refused by name.
 */
public final class GgufModel {
    private static final String ROPE_DIVISORS = "rope_freqs.weight";

    private GgufModel() {}

    /**
     * @param file closed with the model that is returned; if opening fails, by the caller
     * @throws ModelFormatException naming the tensor or key that is wrong or not supported
     */
    public static SourceModel open(ByteSource file) throws IOException {
        GgufFile gguf = GgufFile.read(file);
        TensorTable table = new TensorTable(file.name());
        gguf.tensors().forEach(table::add);
        ModelShape shape = shape(gguf);
        int vocabularyRows = table.get(WeightRole.EMBEDDING.ggufName(0)).shape()[0];
        boolean tied = !table.has(WeightRole.HEAD.ggufName(0));
        requireKnownTensors(file.name(), table, shape, vocabularyRows, tied);
        double[] frequencies = inverseFrequencies(gguf, table, shape);
        TokenizerDefinition tokenizer = SourceTokenizer.fromGguf(gguf);
        return new SourceModel(
                file.name(),
                shape,
                frequencies,
                tokenizer,
                vocabularyRows,
                tied,
                (role, layer, sizes) -> {
                    float[] values = table.get(role.ggufName(layer)).read(sizes);
                    boolean permuted = role == WeightRole.QUERY || role == WeightRole.KEY;
                    return permuted ? halvesFromPairs(values, shape.headDimension(), shape.hidden()) : values;
                },
                List.of(file));
    }

    private static ModelShape shape(GgufFile gguf) {
        String architecture = gguf.text("general.architecture");
        if (!architecture.equals("llama")) {
            throw gguf.refuse("general.architecture", "llama", architecture);
        }
        if (gguf.optionalInteger("llama.expert_count", 0, Integer.MAX_VALUE).orElse(0) != 0) {
            throw gguf.refuse("llama.expert_count", "0 (no mixture of experts)", "more");
        }
        int hidden = gguf.integer("llama.embedding_length", ProfileLimits.HIDDEN_MAX);
        int heads = gguf.integer("llama.attention.head_count", ProfileLimits.HEADS_MAX);
        int headDimension = gguf.optionalInteger("llama.attention.key_length", 1, ProfileLimits.HEAD_DIMENSION_MAX)
                .orElse(hidden / heads);
        int valueLength = gguf.optionalInteger("llama.attention.value_length", 1, ProfileLimits.HEAD_DIMENSION_MAX)
                .orElse(headDimension);
        if (valueLength != headDimension) {
            throw gguf.refuse("llama.attention.value_length", "the key length " + headDimension, valueLength);
        }
        int rotary = gguf.optionalInteger("llama.rope.dimension_count", 1, ProfileLimits.HEAD_DIMENSION_MAX)
                .orElse(headDimension);
        if (rotary != headDimension) {
            throw gguf.refuse("llama.rope.dimension_count", "the key length " + headDimension, rotary);
        }
        int context = gguf.integer("llama.context_length", Integer.MAX_VALUE);
        try {
            return new ModelShape(
                    hidden,
                    gguf.integer("llama.block_count", ProfileLimits.LAYERS_MAX),
                    heads,
                    gguf.optionalInteger("llama.attention.head_count_kv", 1, heads)
                            .orElse(heads),
                    headDimension,
                    gguf.integer("llama.feed_forward_length", ProfileLimits.INNER_MAX),
                    Math.min(context, ProfileLimits.CONTEXT_MAX),
                    gguf.optionalNumber("llama.attention.layer_norm_rms_epsilon")
                            .orElseThrow(() -> gguf.missing("llama.attention.layer_norm_rms_epsilon")));
        } catch (IllegalArgumentException e) {
            throw new ModelFormatException(gguf.file().name(), "metadata", "sizes of a Llama model", e.getMessage(), e);
        }
    }

    private static double[] inverseFrequencies(GgufFile gguf, TensorTable table, ModelShape shape) throws IOException {
        double base = gguf.optionalNumber("llama.rope.freq_base").orElse(10_000.0);
        if (!(base >= 1 && base <= 1e12)) {
            throw gguf.refuse("llama.rope.freq_base", "1 to 1e12", base);
        }
        double[] frequencies = RotaryFrequencies.plain(shape.headDimension(), base);
        String scaling = gguf.optionalText("llama.rope.scaling.type").orElse("none");
        double factor = gguf.optionalNumber("llama.rope.scaling.factor")
                .or(() -> gguf.optionalNumber("llama.rope.scale_linear"))
                .orElse(1.0);
        switch (scaling) {
            case "none" -> {
                if (gguf.optionalNumber("llama.rope.scale_linear").orElse(1.0) != 1) {
                    frequencies = linear(gguf, frequencies, factor);
                }
            }
            case "linear" -> frequencies = linear(gguf, frequencies, factor);
            default -> throw gguf.refuse("llama.rope.scaling.type", "none or linear", scaling);
        }
        if (table.has(ROPE_DIVISORS)) {
            float[] divisors = table.get(ROPE_DIVISORS).read(shape.headDimension() / 2);
            for (float divisor : divisors) {
                if (!(divisor >= 1)) {
                    throw gguf.refuse(ROPE_DIVISORS, "divisors from 1", divisor);
                }
            }
            frequencies = RotaryFrequencies.divided(frequencies, divisors);
        }
        return frequencies;
    }

    private static double[] linear(GgufFile gguf, double[] frequencies, double factor) {
        if (!(factor >= 1 && factor <= 1e9)) {
            throw gguf.refuse("llama.rope.scaling.factor", "1 to 1e9", factor);
        }
        return RotaryFrequencies.linear(frequencies, factor);
    }

    private static void requireKnownTensors(
            String file, TensorTable table, ModelShape shape, int vocabularyRows, boolean tied) {
        Set<String> known = new HashSet<>(Set.of(ROPE_DIVISORS));
        for (WeightRole role : WeightRole.values()) {
            for (int layer = 0; layer < (role.perLayer() ? shape.layers() : 1); layer++) {
                String name = role.ggufName(layer);
                known.add(name);
                if (role != WeightRole.HEAD || !tied) {
                    table.get(name).requireShape(role.sizes(shape, vocabularyRows));
                }
            }
        }
        table.names().stream()
                .filter(name -> !known.contains(name))
                .min(String::compareTo)
                .ifPresent(name -> {
                    throw new ModelFormatException(file, name, "a tensor of a Llama model without biases", "this one");
                });
    }

    /**
     * Row {@code 2i + half} of each head becomes row {@code half · d/2 + i}.
     *
     * @param rows [heads · headDimension, columns] with rotary pairs side by side
     */
    static float[] halvesFromPairs(float[] rows, int headDimension, int columns) {
        float[] halves = new float[rows.length];
        int count = rows.length / columns;
        for (int row = 0; row < count; row++) {
            int head = row / headDimension;
            int within = row % headDimension;
            int target = head * headDimension + within % 2 * (headDimension / 2) + within / 2;
            System.arraycopy(rows, row * columns, halves, target * columns, columns);
        }
        return halves;
    }
}
