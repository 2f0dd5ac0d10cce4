package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.codelength.Shared;
import io.codelength.codec.EngineChoice;
import io.codelength.codec.Measurement;
import io.codelength.codec.Measurer;
import io.codelength.codec.Progress;
import io.codelength.limit.CallScope;
import io.codelength.model.SourceModel;
import io.codelength.model.store.ModelFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Float32 code lengths that another program made with the models as published (README.md of the shared models), within a
 * thousandth of a bit a byte.
 */
class KnownAnswersTest {
    private static final String ALICE = "canterbury/alice29.txt";
    private static final String FIELDS = "canterbury/fields.c";
    private static final String PLAY = "canterbury/asyoulik.txt";

    private record Answer(String text, int bytes, int tokens, double bitsPerByte) {}

    @Test
    void base() throws IOException {
        check(
                "models/base",
                1024,
                new Answer(ALICE, 3_000, 930, 2.4375),
                new Answer(FIELDS, 11_150, 4_593, 1.7439),
                new Answer(PLAY, 20_000, 7_105, 2.1663));
    }

    @Test
    void stories() throws IOException {
        check(
                "models/stories260K",
                512,
                new Answer(ALICE, 3_000, 1_786, 4.5995),
                new Answer(FIELDS, 3_000, 2_334, 8.2649),
                new Answer(PLAY, 3_000, 1_984, 6.4880));
    }

    @Test
    void smollm2() throws IOException {
        check(
                "models/smollm2-135m/SmolLM2-135M-Instruct.Q4_1.gguf",
                1024,
                new Answer(ALICE, 3_000, 787, 1.1836),
                new Answer(FIELDS, 3_000, -1, 1.0610),
                new Answer(FIELDS, 6_000, -1, 1.0013));
    }

    private static void check(String model, int windowTokens, Answer... answers) throws IOException {
        try (SourceModel source = ModelFiles.open(Shared.require(model))) {
            List<Measurement> found = new EngineBackend().inFloat(source, windowTokens, EngineChoice.AUTO, scorer -> {
                Measurer measurer = new Measurer(scorer);
                return Arrays.stream(answers)
                        .map(answer -> measurer.measure(text(answer), CallScope.withMemory(1L << 30), Progress.NONE))
                        .toList();
            });
            for (int i = 0; i < answers.length; i++) {
                Answer answer = answers[i];
                assertThat(found.get(i).bitsPerByte())
                        .as("%s of %s", answer, model)
                        .isCloseTo(answer.bitsPerByte(), within(0.001));
                if (answer.tokens() >= 0) {
                    assertThat(found.get(i).tokens()).isEqualTo(answer.tokens());
                }
            }
        }
    }

    private static byte[] text(Answer answer) {
        try {
            byte[] whole = Files.readAllBytes(Shared.require("bench/" + answer.text()));
            return Arrays.copyOf(whole, answer.bytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
