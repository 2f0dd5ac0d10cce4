package io.codelength.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlphabetTest {
    @Test
    void tokensThatSpellTheSameBytesAreOneSymbol() {
        // 0 control, 1 the byte b, 2 "ab", 3 "b", 4 "b" again, 5 unused, 6 "a"
        Alphabet alphabet = Alphabet.of(definition(
                Token.control(), Token.ofByte('b'), piece("ab"), piece("b"), piece("b"), Token.unused(), piece("a")));
        assertThat(alphabet.tokensInOrder()).containsExactly(6, 2, 1, 3, 4);
        int a = alphabet.symbolOfByte('a');
        int b = alphabet.symbolOfByte('b');
        assertThat(alphabet.headSymbols()).containsExactly(a, a + 1, b, b, b);
        assertThat(b).isEqualTo(a + 2);
        assertThat(alphabet.symbolOfToken(2)).isEqualTo(a + 1);
        assertThat(alphabet.symbolOfToken(4)).isEqualTo(b);
        assertThat(alphabet.symbolOfToken(0)).isEqualTo(-1);
        assertThat(alphabet.symbolOfToken(5)).isEqualTo(-1);
        assertThat(alphabet.fedToken(b)).as("the lowest normal one").isEqualTo(3);
        assertThat(alphabet.startToken()).isZero();
    }

    @Test
    void aByteWithoutATokenHasASymbolWithoutARow() {
        Alphabet alphabet = Alphabet.of(definition(Token.control(), piece("ab"), piece("a"), Token.ofByte(0xFF)));
        assertThat(alphabet.vocabulary().size()).isEqualTo(257);
        assertThat(alphabet.symbolsWithoutToken()).hasSize(254).doesNotContain(alphabet.symbolOfByte('a'));
        assertThat(alphabet.headSymbols()).hasSize(3);
        assertThat(alphabet.fedToken(alphabet.symbolOfByte('z'))).isZero();
        assertThat(alphabet.fedToken(alphabet.symbolOfByte(0xFF))).isEqualTo(3);
        for (int value = 0; value < 256; value++) {
            assertThat(alphabet.vocabulary().spelling(alphabet.symbolOfByte(value)))
                    .containsExactly(value);
        }
    }

    @Test
    void theModelsHaveTheAlphabetsWeKnow() throws IOException {
        check(Models.base(), 8_191, 8_191, 0, 0);
        check(Models.smollm2(), 49_135 + 21, 49_135, 0, 21);
        // 509 tokens; the bytes of 73 pieces of one byte are spelled twice.
        Alphabet stories = Alphabet.of(Models.stories());
        assertThat(stories.tokensInOrder()).hasSize(509);
        assertThat(stories.startToken()).isEqualTo(1);
        assertThat(stories.symbolsWithoutToken()).isEmpty();
    }

    private static void check(TokenizerDefinition definition, int symbols, int rows, int startToken, int withoutToken) {
        Alphabet alphabet = Alphabet.of(definition);
        assertThat(alphabet.vocabulary().size()).isEqualTo(symbols);
        assertThat(alphabet.tokensInOrder()).hasSize(rows);
        assertThat(alphabet.headSymbols()).hasSize(rows).isSorted();
        assertThat(alphabet.startToken()).isEqualTo(startToken);
        assertThat(alphabet.symbolsWithoutToken()).hasSize(withoutToken);
    }

    private static Token piece(String text) {
        return Token.normal(text.getBytes(StandardCharsets.UTF_8));
    }

    private static TokenizerDefinition definition(Token... tokens) {
        List<Token> list = new ArrayList<>(Arrays.asList(tokens));
        return new TokenizerDefinition(
                SpellingUnits.CHARACTERS, SplittingRule.NONE, false, SpacePrefix.NONE, 0, list, List.of());
    }
}
