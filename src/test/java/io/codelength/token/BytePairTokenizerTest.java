package io.codelength.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class BytePairTokenizerTest {
    private static final List<TokenizerDefinition> SMALL = List.of(
            Samples.byteLevel(SplittingRule.NONE, false),
            Samples.byteLevel(SplittingRule.NONE, true),
            Samples.byteLevel(SplittingRule.GPT2, false),
            Samples.byteLevel(SplittingRule.DIGITS_GPT2, false),
            Samples.byteLevel(SplittingRule.LLAMA3, true),
            Samples.byteLevel(SplittingRule.QWEN2, false),
            Samples.sentencePiece(SplittingRule.NONE),
            Samples.sentencePiece(SplittingRule.SPACES));

    @Test
    void spellingsConcatenateToTheInputWhateverItIs() {
        for (TokenizerDefinition definition : SMALL) {
            checkLaw(new BytePairTokenizer(definition), 1);
        }
    }

    @Test
    void spellingsConcatenateToTheInputWithEveryModel() throws IOException {
        checkLaw(new BytePairTokenizer(Models.base()), 2);
        checkLaw(new BytePairTokenizer(Models.stories()), 3);
        checkLaw(new BytePairTokenizer(Models.smollm2()), 4);
    }

    @Test
    void everyLengthFromNothingTo300IsSpelledExactly() {
        for (TokenizerDefinition definition : SMALL) {
            BytePairTokenizer tokenizer = new BytePairTokenizer(definition);
            for (int length = 0; length <= 300; length++) {
                checkExact(tokenizer, Arrays.copyOf(Samples.text(new Random(length), 300), length));
                checkExact(tokenizer, Samples.noise(new Random(length), length));
            }
        }
    }

    @Test
    void spellsAsTheSlowTokenizerDoes() {
        for (TokenizerDefinition definition : SMALL) {
            BytePairTokenizer tokenizer = new BytePairTokenizer(definition);
            PlainSpelling plain = new PlainSpelling(definition);
            for (int seed = 0; seed < 30; seed++) {
                Random random = new Random(seed);
                checkTokens(tokenizer, plain, Samples.text(random, random.nextInt(300)));
                checkTokens(tokenizer, plain, Samples.damagedText(random, 1 + random.nextInt(300)));
                checkTokens(tokenizer, plain, Samples.noise(random, random.nextInt(100)));
            }
        }
    }

    @Test
    void spellsAsTheSlowTokenizerDoesWithEveryModel() throws IOException {
        for (TokenizerDefinition definition : List.of(Models.base(), Models.stories(), Models.smollm2())) {
            BytePairTokenizer tokenizer = new BytePairTokenizer(definition);
            PlainSpelling plain = new PlainSpelling(definition);
            checkTokens(tokenizer, plain, Samples.text(new Random(5), 1_000));
            checkTokens(tokenizer, plain, Arrays.copyOf(Models.bench("canterbury/cp.html"), 3_000));
            checkTokens(tokenizer, plain, Arrays.copyOf(Models.bench("canterbury/kennedy.xls"), 1_000));
        }
    }

    @Test
    void controlTokensAreNotMatchedInInput() throws IOException {
        BytePairTokenizer tokenizer = new BytePairTokenizer(Models.base());
        byte[] text = "a<|endoftext|>b".getBytes(StandardCharsets.UTF_8);
        assertThat(tokenizer.encodeTokens(text, 0, text.length, true)).doesNotContain(0);
        checkExact(tokenizer, text);
        BytePairTokenizer stories = new BytePairTokenizer(Models.stories());
        byte[] marks = "<s>\u2581 </s><unk><0x0A>".getBytes(StandardCharsets.UTF_8);
        assertThat(stories.encodeTokens(marks, 0, marks.length, true)).doesNotContain(0, 1, 2);
        checkExact(stories, marks);
    }

    @Test
    void aLiteralSpaceMarkIsSpelledByItsBytes() {
        BytePairTokenizer tokenizer = new BytePairTokenizer(Samples.sentencePiece(SplittingRule.NONE));
        byte[] mark = PieceText.SPACE_MARK.getBytes(StandardCharsets.UTF_8);
        assertThat(tokenizer.encodeTokens(mark, 0, 3, false)).containsExactly(2 + 0xE2, 2 + 0x96, 2 + 0x81);
    }

    @Test
    void measuringAddsASpaceOnlyWhereATextBegins() {
        BytePairTokenizer tokenizer = new BytePairTokenizer(Samples.sentencePiece(SplittingRule.NONE));
        byte[] text = "the".getBytes(StandardCharsets.UTF_8);
        byte[] spaced = " the".getBytes(StandardCharsets.UTF_8);
        assertThat(tokenizer.encodeTokens(text, 0, 3, true)).isEqualTo(tokenizer.encodeTokens(spaced, 0, 4, false));
        assertThat(tokenizer.encodeTokens(text, 0, 3, false)).isNotEqualTo(tokenizer.encodeTokens(text, 0, 3, true));
        assertThat(tokenizer.encodeTokens(text, 0, 0, true)).isEmpty();
    }

    @Test
    void bytesThatNoTokenSpellsAreStillCoded() throws IOException {
        BytePairTokenizer tokenizer = new BytePairTokenizer(Models.smollm2());
        byte[] text = {'a', 4, (byte) 0xC0, (byte) 0xFF, 'b'};
        checkExact(tokenizer, text);
        int start = tokenizer.alphabet().startToken();
        assertThat(Arrays.stream(tokenizer.encodeTokens(text, 0, 5, true)).filter(token -> token == start))
                .hasSize(3);
    }

    @Test
    void onlyTheGivenRangeMatters() {
        for (TokenizerDefinition definition : SMALL) {
            BytePairTokenizer tokenizer = new BytePairTokenizer(definition);
            byte[] text = Samples.text(new Random(11), 3_000);
            for (int from = 0; from < 40; from++) {
                int to = text.length - 3 * from;
                byte[] part = Arrays.copyOfRange(text, from, to);
                assertThat(tokenizer.encode(text, from, to)).isEqualTo(tokenizer.encode(part, 0, part.length));
            }
        }
    }

    @Test
    void oneMegabyteWithoutASpaceIsSpelledInSeconds() {
        byte[] ones = new byte[1 << 20];
        Arrays.fill(ones, (byte) 'e');
        byte[] letters = new byte[1 << 20];
        Random random = new Random(7);
        for (int index = 0; index < letters.length; index++) {
            letters[index] = (byte) ('a' + random.nextInt(26));
        }
        Assertions.assertTimeout(Duration.ofSeconds(30), () -> {
            for (TokenizerDefinition definition : SMALL) {
                BytePairTokenizer tokenizer = new BytePairTokenizer(definition);
                for (byte[] text : List.of(ones, letters, Samples.noise(random, 1 << 20))) {
                    checkExact(tokenizer, text);
                    tokenizer.encodeTokens(text, 0, text.length, true);
                }
            }
        });
    }

    @Test
    void longPreTokensAreCutBetweenCharacters() {
        BytePairTokenizer tokenizer = new BytePairTokenizer(Samples.sentencePiece(SplittingRule.SPACES));
        byte[] text = "日".repeat(600).getBytes(StandardCharsets.UTF_8);
        int[] symbols = tokenizer.encode(text, 0, text.length);
        assertThat(IntStream.of(symbols).map(tokenizer.vocabulary()::byteCount)).allMatch(bytes -> bytes % 3 == 0);
    }

    @Test
    void aLongPreTokenIsSpelledInPiecesOf512Bytes() {
        BytePairTokenizer tokenizer = new BytePairTokenizer(Samples.byteLevel(SplittingRule.GPT2, false));
        byte[] text = "e".repeat(1_300).getBytes(StandardCharsets.UTF_8);
        int[] pieces = IntStream.of(0, 512, 1_024)
                .flatMap(from -> IntStream.of(tokenizer.encode(text, from, Math.min(from + 512, text.length))))
                .toArray();
        assertThat(tokenizer.encode(text, 0, text.length)).isEqualTo(pieces);
    }

    private static void checkLaw(BytePairTokenizer tokenizer, int seed) {
        Random random = new Random(seed);
        for (int round = 0; round < 40; round++) {
            checkExact(tokenizer, Samples.text(random, 1 + random.nextInt(2_000)));
            checkExact(tokenizer, Samples.damagedText(random, 1 + random.nextInt(2_000)));
            checkExact(tokenizer, Samples.noise(random, random.nextInt(2_000)));
            checkExact(tokenizer, new byte[random.nextInt(1_200)]);
        }
    }

    private static void checkExact(BytePairTokenizer tokenizer, byte[] text) {
        int[] symbols = tokenizer.encode(text, 0, text.length);
        if (!Arrays.equals(Samples.spelled(tokenizer.vocabulary(), symbols), text)) {
            throw new AssertionError("spelled otherwise: " + Arrays.toString(Arrays.copyOf(text, 100)));
        }
    }

    private static void checkTokens(BytePairTokenizer tokenizer, PlainSpelling plain, byte[] text) {
        int[] tokens = tokenizer.encodeTokens(text, 0, text.length, false);
        assertThat(Arrays.stream(tokens).boxed().toList()).isEqualTo(plain.tokens(text));
        Alphabet alphabet = tokenizer.alphabet();
        int[] symbols = tokenizer.encode(text, 0, text.length);
        if (text.length <= BytePairTokenizer.PRE_TOKEN_BYTES_MAX) {
            for (int index = 0; index < tokens.length; index++) {
                if (alphabet.symbolOfToken(tokens[index]) >= 0) {
                    assertThat(symbols[index]).isEqualTo(alphabet.symbolOfToken(tokens[index]));
                }
            }
        }
    }
}
