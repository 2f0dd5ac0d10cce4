package io.codelength.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Token counts that the models' own tokenizers gave (models/README.md beside the project). */
class KnownTokenCountsTest {
    @Test
    void baseSpellsAsItsOwnTokenizer() throws IOException {
        check(Models.base(), "canterbury/alice29.txt", 3_000, 930, 0);
        check(Models.base(), "canterbury/fields.c", 11_150, 4_593, 0);
        check(Models.base(), "canterbury/asyoulik.txt", 20_000, 7_105, 0);
    }

    @Test
    void smollm2SpellsAsItsOwnTokenizer() throws IOException {
        check(Models.smollm2(), "canterbury/alice29.txt", 3_000, 787, 0);
    }

    @Test
    void storiesSpellsAsItsOwnTokenizerWhichAddsASpace() throws IOException {
        check(Models.stories(), "canterbury/alice29.txt", 3_000, 1_786, 1);
        check(Models.stories(), "canterbury/fields.c", 3_000, 2_334, 1);
        check(Models.stories(), "canterbury/asyoulik.txt", 3_000, 1_984, 1);
    }

    private static void check(TokenizerDefinition definition, String file, int bytes, int tokens, int spaceTokens)
            throws IOException {
        byte[] text = Arrays.copyOf(Models.bench(file), bytes);
        BytePairTokenizer tokenizer = new BytePairTokenizer(definition);
        assertThat(tokenizer.encodeTokens(text, 0, bytes, true).length).isEqualTo(tokens);
        assertThat(tokenizer.encodeTokens(text, 0, bytes, false).length).isEqualTo(tokens - spaceTokens);
        assertThat(tokenizer.encode(text, 0, bytes).length).isEqualTo(tokens - spaceTokens);
    }
}
