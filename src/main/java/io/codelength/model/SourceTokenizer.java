package io.codelength.model;

import io.codelength.token.GgufTokenizer;
import io.codelength.token.HuggingFaceTokenizer;
import io.codelength.token.TokenizerDefinition;
import io.codelength.token.TokenizerFormatException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;

/** Hands what model files say about tokens to package {@code token}, and adds the file's name to its refusals. */
final class SourceTokenizer {
    private static final String PREFIX = "tokenizer.ggml.";

    private SourceTokenizer() {}

    /** @param source {@code tokenizer.json} */
    static TokenizerDefinition fromHuggingFace(ByteSource source, OptionalInt begin, OptionalInt end)
            throws IOException {
        byte[] bytes = Json.readAll(source, HuggingFaceTokenizer.FILE_BYTES_MAX);
        return naming(source.name(), () -> HuggingFaceTokenizer.read(bytes, begin, end));
    }

    static TokenizerDefinition fromGguf(GgufFile gguf) {
        List<String> tokens = gguf.optionalTexts(PREFIX + "tokens").orElseThrow(() -> gguf.missing(PREFIX + "tokens"));
        double[] types = gguf.optionalNumbers(PREFIX + "token_type").orElse(new double[0]);
        double[] scores = gguf.optionalNumbers(PREFIX + "scores").orElse(new double[0]);
        GgufTokenizer.Metadata metadata = new GgufTokenizer.Metadata(
                gguf.text(PREFIX + "model"),
                gguf.optionalText(PREFIX + "pre").orElse(""),
                tokens,
                integers(types),
                gguf.optionalTexts(PREFIX + "merges").orElse(List.of()),
                floats(scores),
                gguf.optionalFlag(PREFIX + "add_space_prefix").orElse(true),
                id(gguf, PREFIX + "bos_token_id"),
                id(gguf, PREFIX + "eos_token_id"));
        return naming(gguf.file().name(), () -> GgufTokenizer.read(metadata));
    }

    private static TokenizerDefinition naming(String file, Supplier<TokenizerDefinition> reading) {
        try {
            return reading.get();
        } catch (TokenizerFormatException e) {
            throw new ModelFormatException(
                    file, e.field(), "a tokenizer that can be spelled exactly", e.getMessage(), e);
        }
    }

    private static OptionalInt id(GgufFile gguf, String key) {
        Optional<Integer> id = gguf.optionalInteger(key, 0, TokenizerDefinition.TOKENS_LIMIT);
        return id.isPresent() ? OptionalInt.of(id.get()) : OptionalInt.empty();
    }

    private static int[] integers(double[] numbers) {
        int[] integers = new int[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            integers[i] = (int) numbers[i];
        }
        return integers;
    }

    private static float[] floats(double[] numbers) {
        float[] floats = new float[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            floats[i] = (float) numbers[i];
        }
        return floats;
    }
}
