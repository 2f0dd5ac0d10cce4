package io.codelength.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TokenizerDefinitionTest {
    private static final TokenizerDefinition TINY = new TokenizerDefinition(
            SpellingUnits.CHARACTERS,
            SplittingRule.NONE,
            false,
            SpacePrefix.ALWAYS,
            0,
            List.of(
                    Token.control(),
                    piece("a"),
                    piece("b"),
                    piece("ab"),
                    piece("aba"),
                    Token.ofByte(7),
                    Token.unused()),
            List.of(new Merge(1, 2, 3, 0), new Merge(3, 1, 4, 1)));

    @Test
    void whatIsReadIsWhatWasWritten() throws IOException {
        check(TINY);
        check(Samples.byteLevel(SplittingRule.LLAMA3, true));
        check(Samples.sentencePiece(SplittingRule.SPACES));
    }

    @Test
    void everyModelsDefinitionIsReadBack() throws IOException {
        check(Models.base());
        check(Models.stories());
        check(Models.smollm2());
    }

    @Test
    void theBinaryFormOfASmallDefinitionNeverChanges() {
        assertThat(TINY.toBytes())
                .containsExactly(
                        1, 1, 0, 0, 1, 7, 2, 4, 'a', 4, 'b', 8, 'a', 'b', 12, 'a', 'b', 'a', 5, 7, 3, 0, 2, 3, 2, 3, 7,
                        1, 4);
    }

    @Test
    void everyTruncationIsRefusedByTheNameOfAField() {
        byte[] bytes = Samples.byteLevel(SplittingRule.GPT2, false).toBytes();
        for (int length = 0; length < bytes.length; length++) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> TokenizerDefinition.fromBytes(cut)).isInstanceOf(TokenizerFormatException.class);
        }
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThatThrownBy(() -> TokenizerDefinition.fromBytes(longer))
                .isInstanceOfSatisfying(
                        TokenizerFormatException.class,
                        e -> assertThat(e.field()).isEqualTo("end"));
    }

    @Test
    void whateverCanBeReadIsWrittenBackAsItWas() {
        byte[] bytes = TINY.toBytes();
        int read = 0;
        for (int bit = 0; bit < 8 * bytes.length; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            read += checkCanonical(flipped);
        }
        assertThat(read).as("some flips only change a spelling").isPositive();
        byte[] larger = Samples.sentencePiece(SplittingRule.NONE).toBytes();
        for (int seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            byte[] damaged = larger.clone();
            for (int change = 0; change <= seed % 3; change++) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
            }
            checkCanonical(damaged);
            checkCanonical(Samples.noise(random, random.nextInt(60)));
        }
    }

    @Test
    void hugeCountsAreRefusedBeforeAnythingIsAllocated() {
        assertRefused("token count", 1, 0, 2, 0, 0, 0x8F, 0xFF, 0x7F, 0);
        assertRefused("token spelling", 1, 0, 2, 0, 0, 1, 0x90, 0x80, 0x00);
        assertRefused("token", 1, 0, 2, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F);
        assertRefused("merge count", 1, 0, 2, 0, 0, 1, 4, 'a', 0, 0x83, 0xFF, 0x7F, 0, 0, 0);
        assertRefused("version", 2);
        assertRefused("units", 1, 9);
        assertRefused("token count", 1, 0, 2, 0, 0, 0x80, 0x01, 2);
    }

    @Test
    void partsThatDoNotFitAreRefused() {
        assertPartsRefused("tokens", List.of(), List.of(), 0);
        assertPartsRefused("start token", TINY.tokens(), List.of(), 7);
        assertPartsRefused("tokens[0]", List.of(piece("")), List.of(), 0);
        assertPartsRefused("tokens[0]", List.of(new Token(TokenKind.CONTROL, new byte[1])), List.of(), 0);
        assertPartsRefused("tokens[0]", List.of(Token.normal(new byte[65_537])), List.of(), 0);
        assertPartsRefused("merges[0]", TINY.tokens(), List.of(new Merge(1, 2, 4, 0)), 0);
        assertPartsRefused("merges[0]", TINY.tokens(), List.of(new Merge(1, 5, 3, 0)), 0);
        assertPartsRefused("merges[0]", TINY.tokens(), List.of(new Merge(1, 99, 3, 0)), 0);
        assertPartsRefused("merges[0]", TINY.tokens(), List.of(new Merge(1, 2, 3, 1)), 0);
        assertPartsRefused("merges[1]", TINY.tokens(), List.of(new Merge(1, 2, 3, 0), new Merge(1, 2, 3, 1)), 0);
        assertPartsRefused("merges[1]", TINY.tokens(), List.of(new Merge(1, 2, 3, 0), new Merge(3, 1, 4, 2)), 0);
    }

    @Test
    void theStartTokenIsTheEndOfTextThenBeginThenEnd() {
        OptionalInt none = OptionalInt.empty();
        assertThat(TokenizerDefinition.chooseStartToken(OptionalInt.of(3), OptionalInt.of(1), OptionalInt.of(2)))
                .isEqualTo(3);
        assertThat(TokenizerDefinition.chooseStartToken(none, OptionalInt.of(1), OptionalInt.of(2)))
                .isEqualTo(1);
        assertThat(TokenizerDefinition.chooseStartToken(none, none, OptionalInt.of(2)))
                .isEqualTo(2);
        assertThatThrownBy(() -> TokenizerDefinition.chooseStartToken(none, none, none))
                .hasMessageContaining("start token");
    }

    private static void check(TokenizerDefinition definition) {
        byte[] bytes = definition.toBytes();
        TokenizerDefinition read = TokenizerDefinition.fromBytes(bytes);
        assertThat(read.equals(definition)).isTrue();
        assertThat(read.hashCode()).isEqualTo(definition.hashCode());
        assertThat(read.toBytes()).isEqualTo(bytes);
    }

    private static int checkCanonical(byte[] bytes) {
        TokenizerDefinition read;
        try {
            read = TokenizerDefinition.fromBytes(bytes);
        } catch (TokenizerFormatException refused) {
            assertThat(refused.field()).isNotEmpty();
            return 0;
        }
        assertThat(read.toBytes()).isEqualTo(bytes);
        return 1;
    }

    private static void assertRefused(String field, int... bytes) {
        byte[] given = new byte[bytes.length];
        for (int index = 0; index < bytes.length; index++) {
            given[index] = (byte) bytes[index];
        }
        assertThatThrownBy(() -> TokenizerDefinition.fromBytes(given))
                .isInstanceOfSatisfying(
                        TokenizerFormatException.class,
                        e -> assertThat(e.field()).isEqualTo(field));
    }

    private static void assertPartsRefused(String field, List<Token> tokens, List<Merge> merges, int startToken) {
        assertThatThrownBy(() -> new TokenizerDefinition(
                        SpellingUnits.BYTES, SplittingRule.NONE, false, SpacePrefix.NONE, startToken, tokens, merges))
                .isInstanceOfSatisfying(
                        TokenizerFormatException.class,
                        e -> assertThat(e.field()).isEqualTo(field));
    }

    private static Token piece(String text) {
        return Token.normal(text.getBytes(StandardCharsets.UTF_8));
    }
}
