package io.codelength.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Splitting by hand against the regular expressions themselves. */
class PreTokenizerTest {
    @ParameterizedTest
    @EnumSource(SplittingRule.class)
    void splitsAsTheRegularExpressionDoes(SplittingRule rule) {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            check(rule, Samples.text(random, random.nextInt(120)), seed);
            check(rule, Samples.damagedText(random, 1 + random.nextInt(120)), seed);
            check(rule, mixedCharacters(random, random.nextInt(60)), seed);
        }
    }

    @Test
    void splitsTheKnownExamples() {
        assertThat(split(SplittingRule.GPT2, "I'll don't  say 'x' 12 3\n\n go "))
                .containsExactly(
                        "I", "'ll", " don", "'t", " ", " say", " '", "x", "'", " 12", " 3", "\n\n", " go", " ");
        assertThat(split(SplittingRule.DIGITS_GPT2, "a  12 b")).containsExactly("a", "  ", "1", "2", " b");
        assertThat(split(SplittingRule.LLAMA3, "I'LL 1234 x\n\n  y;\n"))
                .containsExactly("I", "'LL", " ", "123", "4", " x", "\n\n", " ", " y", ";\n");
        assertThat(split(SplittingRule.QWEN2, "(abc) 12")).containsExactly("(abc", ")", " ", "1", "2");
        assertThat(split(SplittingRule.SPACES, "a  b c")).containsExactly("a", " ", " b", " c");
    }

    /** Characters at random, those that rules speak of more often. */
    private static byte[] mixedCharacters(Random random, int count) {
        String often = " \n\r\t'sStTrReEvVmMlLdD12aZ.;\u017F\u00A0\u2003";
        StringBuilder text = new StringBuilder();
        for (int index = 0; index < count; index++) {
            if (random.nextInt(4) > 0) {
                text.append(often.charAt(random.nextInt(often.length())));
            } else {
                text.appendCodePoint(random.nextInt(random.nextBoolean() ? 0x500 : 0x20000));
            }
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void check(SplittingRule rule, byte[] text, int seed) {
        List<String> expected = PlainSpelling.preTokens(rule, text).stream()
                .map(PreTokenizerTest::shown)
                .toList();
        assertThat(split(rule, text).stream().map(PreTokenizerTest::shown).toList())
                .as("seed %d: %s", seed, shown(text))
                .isEqualTo(expected);
    }

    private static List<String> split(SplittingRule rule, String text) {
        return split(rule, text.getBytes(StandardCharsets.UTF_8)).stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
    }

    private static List<byte[]> split(SplittingRule rule, byte[] text) {
        // Bytes around the text must not matter.
        byte[] padded = new byte[text.length + 4];
        Arrays.fill(padded, (byte) 0x80);
        System.arraycopy(text, 0, padded, 2, text.length);
        PreTokenizer preTokenizer = new PreTokenizer(rule, padded, text.length + 2);
        List<byte[]> preTokens = new ArrayList<>();
        for (int from = 2; from < text.length + 2; ) {
            int end = preTokenizer.end(from);
            preTokens.add(Arrays.copyOfRange(padded, from, end));
            from = end;
        }
        return preTokens;
    }

    private static String shown(byte[] bytes) {
        return Arrays.toString(bytes) + new String(bytes, StandardCharsets.UTF_8);
    }
}
