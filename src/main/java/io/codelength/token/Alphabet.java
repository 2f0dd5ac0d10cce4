package io.codelength.token;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The symbols of a model: its coded tokens in the order of the bytes they spell, tokens with equal spelling as one symbol.
 * Import orders embedding and head rows by it.
 *
 * <p>Some vocabularies cannot spell every byte: SmolLM2 never saw 21 of them in training and has no token for them. Each
 * such byte gets a symbol <em>without a token</em>, so that any input can be spelled. It has no head row; its frequency is
 * the constant 1, the lowest there is. What is fed back for it is the start token.
 */
public final class Alphabet {
    private final Vocabulary vocabulary;
    private final int[] symbolOfToken; // [raw id], −1 where the token spells nothing
    private final int[] tokensInOrder; // [head rows]
    private final int[] headSymbols; // [head rows]
    private final int[] fedTokens; // [symbols]
    private final int[] symbolOfByte; // [256]
    private final int startToken;

    private Alphabet(
            Vocabulary vocabulary,
            int[] symbolOfToken,
            int[] tokensInOrder,
            int[] headSymbols,
            int[] fedTokens,
            int startToken) {
        this.vocabulary = vocabulary;
        this.symbolOfToken = symbolOfToken;
        this.tokensInOrder = tokensInOrder;
        this.headSymbols = headSymbols;
        this.fedTokens = fedTokens;
        this.startToken = startToken;
        this.symbolOfByte = new int[256];
        for (int symbol = 0; symbol < vocabulary.size(); symbol++) {
            if (vocabulary.byteCount(symbol) == 1) {
                symbolOfByte[vocabulary.spelling(symbol)[0] & 0xFF] = symbol;
            }
        }
    }

    /** Orders the tokens of the definition. */
    public static Alphabet of(TokenizerDefinition definition) {
        List<Token> tokens = definition.tokens();
        List<Entry> entries = new ArrayList<>(tokens.size() + 256);
        boolean[] spelled = new boolean[256];
        for (int id = 0; id < tokens.size(); id++) {
            Token token = tokens.get(id);
            if (token.isCoded()) {
                entries.add(new Entry(token.spelling(), id, token.kind()));
                if (token.spelling().length == 1) {
                    spelled[token.spelling()[0] & 0xFF] = true;
                }
            }
        }
        int headRows = entries.size();
        for (int value = 0; value < 256; value++) {
            if (!spelled[value]) {
                entries.add(new Entry(new byte[] {(byte) value}, Entry.NO_TOKEN, TokenKind.UNUSED));
            }
        }
        entries.sort(Entry.ORDER);

        List<byte[]> spellings = new ArrayList<>(entries.size());
        int[] symbolOfToken = new int[tokens.size()];
        Arrays.fill(symbolOfToken, -1);
        int[] tokensInOrder = new int[headRows];
        int[] headSymbols = new int[headRows];
        int[] fedTokens = new int[entries.size()];
        boolean[] fedNormal = new boolean[entries.size()];
        int row = 0;
        for (Entry entry : entries) {
            int symbol = spellings.size() - 1;
            if (symbol < 0 || !Arrays.equals(spellings.get(symbol), entry.spelling)) {
                spellings.add(entry.spelling);
                symbol++;
                fedTokens[symbol] = entry.token == Entry.NO_TOKEN ? definition.startToken() : entry.token;
                fedNormal[symbol] = entry.kind == TokenKind.NORMAL;
            } else if (!fedNormal[symbol] && entry.kind == TokenKind.NORMAL) {
                fedTokens[symbol] = entry.token;
                fedNormal[symbol] = true;
            }
            if (entry.token != Entry.NO_TOKEN) {
                symbolOfToken[entry.token] = symbol;
                tokensInOrder[row] = entry.token;
                headSymbols[row] = symbol;
                row++;
            }
        }
        Vocabulary vocabulary = new Vocabulary(spellings.toArray(byte[][]::new));
        return new Alphabet(
                vocabulary,
                symbolOfToken,
                tokensInOrder,
                headSymbols,
                Arrays.copyOf(fedTokens, vocabulary.size()),
                definition.startToken());
    }

    /** What the symbols spell. */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** The symbol of a token, −1 if the token is not coded. */
    public int symbolOfToken(int rawId) {
        return symbolOfToken[rawId];
    }

    /** The symbol that spells this single byte. */
    public int symbolOfByte(int value) {
        return symbolOfByte[value];
    }

    /** Raw ids of all coded tokens, by spelling, then by id: the rows of the head. A copy. */
    public int[] tokensInOrder() {
        return tokensInOrder.clone();
    }

    /**
     * The symbol of each of those rows, non-decreasing. Every symbol occurs but those of {@link #symbolsWithoutToken()}.
     * A copy.
     */
    public int[] headSymbols() {
        return headSymbols.clone();
    }

    /** Symbols that no row of the head belongs to: bytes that no token spells. Their frequency is always 1. */
    public int[] symbolsWithoutToken() {
        boolean[] hasRow = new boolean[vocabulary.size()];
        for (int symbol : headSymbols) {
            hasRow[symbol] = true;
        }
        return IntStream.range(0, hasRow.length)
                .filter(symbol -> !hasRow[symbol])
                .toArray();
    }

    /**
     * Raw id of the token whose embedding is read after this symbol: the lowest normal one that spells it, else the lowest,
     * else (no token spells it) the start token.
     */
    public int fedToken(int symbol) {
        return fedTokens[symbol];
    }

    /** Raw id of the token that begins every window. */
    public int startToken() {
        return startToken;
    }

    /** @return the symbol that spells {@code source[from, to)}, −1 if none does */
    int find(byte[] source, int from, int to) {
        int low = 0;
        int high = vocabulary.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            int order = vocabulary.compare(middle, source, from, to);
            if (order == 0) {
                return middle;
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return -1;
    }

    private record Entry(byte[] spelling, int token, TokenKind kind) {
        static final int NO_TOKEN = -1;
        static final Comparator<Entry> ORDER =
                Comparator.comparing(Entry::spelling, Arrays::compareUnsigned).thenComparingInt(Entry::token);
    }
}
