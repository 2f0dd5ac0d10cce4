package io.codelength.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GgufTokenizerTest {
    @Test
    void readsByteLevelEncoding() {
        TokenizerDefinition definition = GgufTokenizer.read(new GgufTokenizer.Metadata(
                "gpt2",
                "smollm",
                List.of("<|endoftext|>", "Ġ", "a", "Ġa", "<x>"),
                new int[] {3, 1, 1, 1, 4},
                List.of("Ġ a"),
                new float[0],
                false,
                OptionalInt.of(4),
                OptionalInt.empty()));
        assertThat(definition.splitting()).isEqualTo(SplittingRule.DIGITS_GPT2);
        assertThat(definition.startToken()).isZero();
        assertThat(definition.merges()).containsExactly(new Merge(1, 2, 3, 0));
        assertThat(definition.tokens().get(4)).isEqualTo(Token.control());
    }

    @Test
    void everyNameOfASplittingRuleIsKnownOrRefused() {
        assertThat(ofPre("gpt-2").splitting()).isEqualTo(SplittingRule.GPT2);
        assertThat(ofPre("llama-bpe").splitting()).isEqualTo(SplittingRule.LLAMA3);
        assertThat(ofPre("llama-bpe").wholePieces()).isTrue();
        assertThat(ofPre("qwen2").splitting()).isEqualTo(SplittingRule.QWEN2);
        assertThatThrownBy(() -> ofPre("deepseek-llm")).hasMessageContaining("tokenizer.ggml.pre");
        assertThatThrownBy(() -> ofPre("")).hasMessageContaining("tokenizer.ggml.pre");
    }

    /** SentencePiece itself, slowly: join the neighbours whose text has the highest score, the leftmost of equals. */
    @Test
    void scoresMergeAsSentencePieceDoes() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            List<String> texts = new ArrayList<>(List.of("<unk>", "<s>", "▁", "a", "b", "c"));
            for (int piece = 0; piece < 25; piece++) {
                StringBuilder text = new StringBuilder();
                for (int length = 2 + random.nextInt(3); length > 0; length--) {
                    text.append("▁abc".charAt(random.nextInt(4)));
                }
                if (!texts.contains(text.toString())) {
                    texts.add(text.toString());
                }
            }
            float[] scores = new float[texts.size()];
            int[] types = new int[texts.size()];
            Map<String, Float> scoreOf = new HashMap<>();
            for (int id = 0; id < scores.length; id++) {
                scores[id] = -random.nextInt(12);
                types[id] = id == 0 ? 2 : id == 1 ? 3 : 1;
                scoreOf.put(texts.get(id), scores[id]);
            }
            BytePairTokenizer tokenizer = new BytePairTokenizer(GgufTokenizer.read(metadata(texts, types, scores)));
            for (int round = 0; round < 20; round++) {
                StringBuilder text = new StringBuilder();
                for (int length = random.nextInt(40); length > 0; length--) {
                    text.append(" abc".charAt(random.nextInt(4)));
                }
                byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
                List<String> spelled = Arrays.stream(tokenizer.encodeTokens(bytes, 0, bytes.length, false))
                        .mapToObj(texts::get)
                        .toList();
                assertThat(spelled).as("seed %d", seed).isEqualTo(sentencePiece(text.toString(), scoreOf));
            }
        }
    }

    @Test
    void readsBytesAndKinds() {
        TokenizerDefinition definition = GgufTokenizer.read(
                metadata(List.of("<unk>", "<s>", "<0x0A>", "▁", "x", "y"), new int[] {2, 3, 6, 1, 5, 4}, new float[6]));
        assertThat(definition.tokens())
                .containsExactly(
                        Token.unused(),
                        Token.control(),
                        Token.ofByte('\n'),
                        Token.normal(new byte[] {' '}),
                        Token.unused(),
                        Token.control());
        assertThat(definition.spacePrefix()).isEqualTo(SpacePrefix.ALWAYS);
        assertThat(definition.startToken()).isEqualTo(1);
    }

    @Test
    void whatDoesNotFitIsRefusedByName() {
        List<String> texts = List.of("<unk>", "<s>", "a");
        refused("tokenizer.ggml.tokens", metadata(List.of(), new int[0], new float[0]));
        refused("tokenizer.ggml.token_type", metadata(texts, new int[2], new float[3]));
        refused("tokenizer.ggml.token_type[0]", metadata(texts, new int[] {9, 1, 1}, new float[3]));
        refused("tokenizer.ggml.scores", metadata(texts, new int[] {2, 3, 1}, new float[2]));
        refused("tokenizer.ggml.scores[2]", metadata(texts, new int[] {2, 3, 1}, new float[] {0, 0, Float.NaN}));
        refused("tokenizer.ggml.tokens[2]", metadata(texts, new int[] {2, 3, 6}, new float[3]));
        refused(
                "tokenizer.ggml.tokens",
                metadata(List.of("<unk>", "<s>", "a".repeat(9_000)), new int[] {2, 3, 1}, new float[3]));
        refused(
                "tokenizer.ggml.model",
                new GgufTokenizer.Metadata(
                        "bert",
                        "",
                        texts,
                        new int[0],
                        List.of(),
                        new float[0],
                        true,
                        OptionalInt.of(1),
                        OptionalInt.empty()));
    }

    private static List<String> sentencePiece(String text, Map<String, Float> scores) {
        List<String> units = new ArrayList<>();
        text.replace(' ', '▁').codePoints().forEach(c -> units.add(Character.toString(c)));
        while (true) {
            int best = -1;
            float bestScore = Float.NEGATIVE_INFINITY;
            for (int index = 0; index + 1 < units.size(); index++) {
                Float score = scores.get(units.get(index) + units.get(index + 1));
                if (score != null && score > bestScore) {
                    best = index;
                    bestScore = score;
                }
            }
            if (best < 0) {
                return units;
            }
            units.set(best, units.get(best) + units.remove(best + 1));
        }
    }

    private static TokenizerDefinition ofPre(String pre) {
        return GgufTokenizer.read(new GgufTokenizer.Metadata(
                "gpt2",
                pre,
                List.of("<s>", "a"),
                new int[] {3, 1},
                List.of(),
                new float[0],
                false,
                OptionalInt.of(0),
                OptionalInt.empty()));
    }

    private static GgufTokenizer.Metadata metadata(List<String> texts, int[] types, float[] scores) {
        return new GgufTokenizer.Metadata(
                "llama", "", texts, types, List.of(), scores, true, OptionalInt.of(1), OptionalInt.of(2));
    }

    private static void refused(String field, GgufTokenizer.Metadata metadata) {
        assertThatThrownBy(() -> GgufTokenizer.read(metadata))
                .isInstanceOfSatisfying(
                        TokenizerFormatException.class,
                        e -> assertThat(e.field()).isEqualTo(field));
    }
}
