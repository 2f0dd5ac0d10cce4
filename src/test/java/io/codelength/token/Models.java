package io.codelength.token;

import io.codelength.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.util.OptionalInt;

/** Tokenizers of the models beside the project; a test that asks is skipped where they are not. */
final class Models {
    private Models() {}

    static TokenizerDefinition base() throws IOException {
        return HuggingFaceTokenizer.read(
                Files.readAllBytes(Shared.require("models/base/tokenizer.json")),
                OptionalInt.empty(),
                OptionalInt.empty());
    }

    static TokenizerDefinition stories() throws IOException {
        return HuggingFaceTokenizer.read(
                Files.readAllBytes(Shared.require("models/stories260K/tokenizer.json")),
                OptionalInt.of(1),
                OptionalInt.of(2));
    }

    static TokenizerDefinition smollm2() throws IOException {
        return GgufTokenizer.read(
                Gguf.tokenizer(Shared.require("models/smollm2-135m/SmolLM2-135M-Instruct.Q4_1.gguf")));
    }

    static byte[] bench(String file) throws IOException {
        return Files.readAllBytes(Shared.require("bench/" + file));
    }
}
