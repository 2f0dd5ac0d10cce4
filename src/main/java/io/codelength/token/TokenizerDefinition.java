package io.codelength.token;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Everything needed to spell bytes with a model's tokens, independent of the file it came from. An immutable value; its
 * binary form ({@link #toBytes()}) is a section of the exact file and canonical: equal values have equal bytes.
 *
 * @param units what merging begins with
 * @param splitting how text is cut before merging
 * @param wholePieces whether a pre-token that a token spells becomes that token without merging ({@code ignore_merges})
 * @param spacePrefix what the model's own tokenizer puts before a text
 * @param startToken raw id of the token that begins every window
 * @param tokens by raw id
 * @param merges in the order of their ranks, which begin at 0 and leave none out
 */
public record TokenizerDefinition(
        SpellingUnits units,
        SplittingRule splitting,
        boolean wholePieces,
        SpacePrefix spacePrefix,
        int startToken,
        List<Token> tokens,
        List<Merge> merges) {
    /** Fewer tokens than this, so that the sum of all frequencies stays below 2^48. */
    public static final int TOKENS_LIMIT = 1 << 18;
    /** The longest piece, in bytes. */
    public static final int PIECE_BYTES_MAX = 1 << 16;
    /** All pieces together, in bytes. */
    public static final int SPELLING_BYTES_MAX = 1 << 25;
    /** The most merges; vocabularies in use have up to a dozen a token (SentencePiece). */
    public static final int MERGES_MAX = 1 << 22;

    /** The token that begins a window wherever a model has it. */
    static final String END_OF_TEXT = "<|endoftext|>";

    /** @throws TokenizerFormatException if the parts do not fit together; names the part */
    public TokenizerDefinition {
        tokens = List.copyOf(tokens);
        merges = List.copyOf(merges);
        checkTokens(tokens);
        checkMerges(tokens, merges);
        if (startToken < 0 || startToken >= tokens.size()) {
            throw new TokenizerFormatException(
                    "start token", "%d, but there are %d tokens".formatted(startToken, tokens.size()));
        }
    }

    /**
     * Chooses the token that begins every window: {@code <|endoftext|>} where there is one, else the begin token, else the
     * end token.
     *
     * @param endOfText raw id of {@code <|endoftext|>}
     * @param begin raw id of BOS
     * @param end raw id of EOS
     * @throws TokenizerFormatException if there is none of the three
     */
    public static int chooseStartToken(OptionalInt endOfText, OptionalInt begin, OptionalInt end) {
        if (endOfText.isPresent()) {
            return endOfText.getAsInt();
        }
        if (begin.isPresent()) {
            return begin.getAsInt();
        }
        return end.orElseThrow(() -> new TokenizerFormatException(
                "start token", "no " + END_OF_TEXT + ", no begin-of-sequence and no end-of-sequence token"));
    }

    /** Number of raw ids. */
    public int tokenCount() {
        return tokens.size();
    }

    /** The canonical binary form, documented in {@link DefinitionFormat}. */
    public byte[] toBytes() {
        return DefinitionFormat.write(this);
    }

    /**
     * Reads what {@link #toBytes()} wrote, and nothing else.
     *
     * @throws TokenizerFormatException naming the field that is damaged; nothing is allocated before its length is checked
     */
    public static TokenizerDefinition fromBytes(byte[] bytes) {
        return DefinitionFormat.read(bytes);
    }

    private static void checkTokens(List<Token> tokens) {
        if (tokens.isEmpty() || tokens.size() >= TOKENS_LIMIT) {
            throw new TokenizerFormatException(
                    "tokens", "%d, expected 1 to %d".formatted(tokens.size(), TOKENS_LIMIT - 1));
        }
        long spellingBytes = 0;
        for (int id = 0; id < tokens.size(); id++) {
            Token token = tokens.get(id);
            int length = token.spelling().length;
            boolean fits = switch (token.kind()) {
                case NORMAL -> length >= 1 && length <= PIECE_BYTES_MAX;
                case BYTE -> length == 1;
                case CONTROL, UNUSED -> length == 0;
            };
            if (!fits) {
                throw new TokenizerFormatException(
                        "tokens[" + id + "]", "a %s token cannot spell %d bytes".formatted(token.kind(), length));
            }
            spellingBytes += length;
        }
        if (spellingBytes > SPELLING_BYTES_MAX) {
            throw new TokenizerFormatException(
                    "tokens", "spell %d bytes together, at most %d".formatted(spellingBytes, SPELLING_BYTES_MAX));
        }
    }

    private static void checkMerges(List<Token> tokens, List<Merge> merges) {
        if (merges.size() > MERGES_MAX) {
            throw new TokenizerFormatException("merges", "%d, at most %d".formatted(merges.size(), MERGES_MAX));
        }
        Set<Long> pairs = new HashSet<>(merges.size() * 2);
        int rank = -1;
        for (int index = 0; index < merges.size(); index++) {
            Merge merge = merges.get(index);
            String field = "merges[" + index + "]";
            byte[] left = normal(tokens, merge.left(), field);
            byte[] right = normal(tokens, merge.right(), field);
            byte[] result = normal(tokens, merge.result(), field);
            if (!isJoined(left, right, result)) {
                throw new TokenizerFormatException(
                        field, "token %d does not spell what its parts spell".formatted(merge.result()));
            }
            int step = merge.rank() - rank;
            if (step != 1 && (step != 0 || rank < 0)) {
                throw new TokenizerFormatException(field, "rank %d after rank %d".formatted(merge.rank(), rank));
            }
            rank = merge.rank();
            if (!pairs.add((long) merge.left() << 32 | merge.right())) {
                throw new TokenizerFormatException(
                        field, "the pair %d %d was merged before".formatted(merge.left(), merge.right()));
            }
        }
    }

    private static byte[] normal(List<Token> tokens, int id, String field) {
        if (id < 0 || id >= tokens.size() || tokens.get(id).kind() != TokenKind.NORMAL) {
            throw new TokenizerFormatException(field, "token %d is no piece of text".formatted(id));
        }
        return tokens.get(id).spelling();
    }

    private static boolean isJoined(byte[] left, byte[] right, byte[] result) {
        return left.length + right.length == result.length
                && Arrays.equals(left, 0, left.length, result, 0, left.length)
                && Arrays.equals(right, 0, right.length, result, left.length, result.length);
    }
}
