package io.codelength.token;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/**
 * Reads the tokenizer in the metadata of a GGUF file, {@code tokenizer.ggml.*}: model {@code gpt2} (byte-level byte-pair
 * encoding) or {@code llama} (SentencePiece-style, with scores).
 */
public final class GgufTokenizer {
    private static final String PREFIX = "tokenizer.ggml.";
    /** Pairs of halves tried for each score, bounded before any is made. */
    private static final long HALVES_MAX = 1L << 26;

    /** The kinds of token, from GGUF's documentation. */
    private static final int NORMAL = 1;

    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final int USER_DEFINED = 4;
    private static final int UNUSED = 5;
    private static final int BYTE = 6;

    /**
     * The values of {@code tokenizer.ggml.*} under their own names.
     *
     * @param model {@code gpt2} or {@code llama}
     * @param pre how text is split; empty where the file does not say
     * @param tokens texts by raw id
     * @param tokenTypes by raw id; empty: all normal
     * @param merges two texts with a space between, in the order of their ranks; only read for {@code gpt2}
     * @param scores by raw id, the highest is merged first; only read for {@code llama}
     * @param addSpacePrefix {@code add_space_prefix}, {@code true} where the file does not say
     * @param begin {@code bos_token_id}
     * @param end {@code eos_token_id}
     */
    public record Metadata(
            String model,
            String pre,
            List<String> tokens,
            int[] tokenTypes,
            List<String> merges,
            float[] scores,
            boolean addSpacePrefix,
            OptionalInt begin,
            OptionalInt end) {}

    private final Metadata metadata;
    private final Map<String, Integer> ids = new HashMap<>();
    private OptionalInt endOfText = OptionalInt.empty();

    private GgufTokenizer(Metadata metadata) {
        this.metadata = metadata;
    }

    /** @throws TokenizerFormatException naming the value that is damaged or not supported */
    public static TokenizerDefinition read(Metadata metadata) {
        return new GgufTokenizer(metadata).read();
    }

    private TokenizerDefinition read() {
        int count = metadata.tokens().size();
        if (count == 0 || count >= TokenizerDefinition.TOKENS_LIMIT) {
            throw refusal("tokens", count + " tokens, expected 1 to " + (TokenizerDefinition.TOKENS_LIMIT - 1));
        }
        if (metadata.tokenTypes().length != 0 && metadata.tokenTypes().length != count) {
            throw refusal("token_type", metadata.tokenTypes().length + " types for " + count + " tokens");
        }
        return switch (metadata.model()) {
            case "gpt2" -> readByteLevel();
            case "llama" -> readSentencePiece();
            default -> throw refusal("model", "found \"" + metadata.model() + "\", expected gpt2 or llama");
        };
    }

    private TokenizerDefinition readByteLevel() {
        SplittingRule splitting = switch (metadata.pre()) {
            case "gpt-2" -> SplittingRule.GPT2;
            case "smollm", "starcoder", "refact", "command-r" -> SplittingRule.DIGITS_GPT2;
            case "llama3", "llama-v3", "llama-bpe" -> SplittingRule.LLAMA3;
            case "qwen2" -> SplittingRule.QWEN2;
            default ->
                throw refusal(
                        "pre",
                        "found \"" + metadata.pre() + "\", expected gpt-2, smollm, starcoder, refact, command-r,"
                                + " llama3, llama-v3, llama-bpe or qwen2");
        };
        List<Token> tokens = readTokens(SpellingUnits.BYTES);
        MergeList merges = new MergeList(tokens, ids);
        for (int index = 0; index < metadata.merges().size(); index++) {
            merges.addJoined(PREFIX + "merges[" + index + "]", metadata.merges().get(index));
        }
        return new TokenizerDefinition(
                SpellingUnits.BYTES,
                splitting,
                splitting == SplittingRule.LLAMA3,
                SpacePrefix.NONE,
                startToken(),
                tokens,
                merges.merges());
    }

    private TokenizerDefinition readSentencePiece() {
        if (metadata.scores().length != metadata.tokens().size()) {
            throw refusal(
                    "scores",
                    metadata.scores().length + " scores for "
                            + metadata.tokens().size() + " tokens");
        }
        List<Token> tokens = readTokens(SpellingUnits.CHARACTERS);
        return new TokenizerDefinition(
                SpellingUnits.CHARACTERS,
                SplittingRule.NONE,
                false,
                metadata.addSpacePrefix() ? SpacePrefix.ALWAYS : SpacePrefix.NONE,
                startToken(),
                tokens,
                mergesByScore(tokens));
    }

    private int startToken() {
        return TokenizerDefinition.chooseStartToken(endOfText, metadata.begin(), metadata.end());
    }

    private List<Token> readTokens(SpellingUnits units) {
        List<Token> tokens = new ArrayList<>(metadata.tokens().size());
        for (int id = 0; id < metadata.tokens().size(); id++) {
            String text = metadata.tokens().get(id);
            int type = metadata.tokenTypes().length == 0 ? NORMAL : metadata.tokenTypes()[id];
            if (text.equals(TokenizerDefinition.END_OF_TEXT)) {
                endOfText = OptionalInt.of(id);
                type = CONTROL;
            }
            Token token = switch (type) {
                case NORMAL ->
                    units == SpellingUnits.BYTES ? PieceText.ofByteAlphabet(text) : PieceText.ofSentencePiece(text);
                case BYTE -> byteToken(id, text);
                case CONTROL, USER_DEFINED -> Token.control();
                case UNKNOWN, UNUSED -> Token.unused();
                default -> throw refusal("token_type[" + id + "]", "found " + type + ", expected 1 to 6");
            };
            tokens.add(token);
            // Of two tokens with one text the first counts, unless it is none that text can reach.
            Integer other = ids.get(text);
            if (other == null || (tokens.get(other).kind() != TokenKind.NORMAL && token.kind() == TokenKind.NORMAL)) {
                ids.put(text, id);
            }
        }
        return tokens;
    }

    private static Token byteToken(int id, String text) {
        return Token.ofByte(PieceText.byteValue(text)
                .orElseThrow(() -> refusal("tokens[" + id + "]", "found \"" + text + "\", expected a byte as <0x0A>")));
    }

    /**
     * SentencePiece merges the neighbours whose joint piece has the highest score, whatever the two are: so every cut of
     * every piece into two pieces is a merge, ranked by the score of the whole. Equal scores are equal ranks.
     */
    private List<Merge> mergesByScore(List<Token> tokens) {
        Integer[] pieces = new Integer[tokens.size()];
        int count = 0;
        long halves = 0;
        for (int id = 0; id < tokens.size(); id++) {
            if (tokens.get(id).kind() == TokenKind.NORMAL
                    && Integer.valueOf(id).equals(ids.get(metadata.tokens().get(id)))) {
                if (Float.isNaN(metadata.scores()[id])) {
                    throw refusal("scores[" + id + "]", "is not a number");
                }
                long length = metadata.tokens().get(id).length();
                halves += length * length;
                pieces[count++] = id;
            }
        }
        if (halves > HALVES_MAX) {
            throw refusal("tokens", "pieces so long that they cannot be merged in reasonable time");
        }
        pieces = Arrays.copyOf(pieces, count);
        Arrays.sort(pieces, (a, b) -> Float.compare(metadata.scores()[b], metadata.scores()[a])); // stable
        List<Merge> merges = new ArrayList<>();
        int rank = -1;
        float score = Float.NaN;
        for (int id : pieces) {
            String text = metadata.tokens().get(id);
            int before = merges.size();
            boolean sameRank = metadata.scores()[id] == score;
            for (int cut = 1; cut < text.length(); cut++) {
                Integer left = ids.get(text.substring(0, cut));
                Integer right = ids.get(text.substring(cut));
                if (left != null
                        && right != null
                        && tokens.get(left).kind() == TokenKind.NORMAL
                        && tokens.get(right).kind() == TokenKind.NORMAL) {
                    merges.add(new Merge(left, right, id, sameRank ? rank : rank + 1));
                }
            }
            if (merges.size() > TokenizerDefinition.MERGES_MAX) {
                throw refusal("tokens", "more than " + TokenizerDefinition.MERGES_MAX + " merges");
            }
            if (merges.size() > before && !sameRank) {
                rank++;
                score = metadata.scores()[id];
            }
        }
        return merges;
    }

    private static TokenizerFormatException refusal(String name, String problem) {
        return new TokenizerFormatException(PREFIX + name, problem);
    }
}
