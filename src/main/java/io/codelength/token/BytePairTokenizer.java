package io.codelength.token;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Spells bytes with the tokens of a {@link TokenizerDefinition}: cut into pre-tokens, begin with bytes or characters, merge
 * pairs. Immutable and thread-safe.
 *
 * <p>Whatever the bytes are, the spellings concatenate to them: invalid UTF-8 and characters without a token are spelled
 * byte by byte, and tokens that spell nothing are never matched.
 */
public final class BytePairTokenizer implements Tokenizer {
    /** Where coding cuts a pre-token at the latest, so that no input makes a merge long. */
    public static final int PRE_TOKEN_BYTES_MAX = 512;

    private final TokenizerDefinition definition;
    private final Alphabet alphabet;
    private final PairMerger merger;
    private final int[] byteUnits; // [256] raw id, or tokenCount + byte where no token spells the byte
    private final int[] asciiUnits; // [128] raw id of the piece, else the byte's unit
    private final Map<Integer, Integer> characterUnits; // code point from 128 → raw id of the piece
    private final boolean[] joined; // [first << 8 | second] whether some piece holds these bytes side by side

    public BytePairTokenizer(TokenizerDefinition definition) {
        this(definition, Alphabet.of(definition));
    }

    /** @param alphabet that of the same definition */
    public BytePairTokenizer(TokenizerDefinition definition, Alphabet alphabet) {
        this.definition = definition;
        this.alphabet = alphabet;
        this.merger = new PairMerger(definition.merges());
        this.byteUnits = new int[256];
        this.asciiUnits = new int[128];
        this.characterUnits = new HashMap<>();
        this.joined = new boolean[1 << 16];
        Arrays.fill(byteUnits, -1);
        Arrays.fill(asciiUnits, -1);
        gatherUnits(definition.tokens());
    }

    private void gatherUnits(List<Token> tokens) {
        int[] pieces = new int[256];
        Arrays.fill(pieces, -1);
        for (int id = tokens.size() - 1; id >= 0; id--) { // downwards, so that the lowest id stays
            byte[] spelling = tokens.get(id).spelling();
            switch (tokens.get(id).kind()) {
                case BYTE -> byteUnits[spelling[0] & 0xFF] = id;
                case NORMAL -> {
                    if (spelling.length == 1) {
                        pieces[spelling[0] & 0xFF] = id;
                    } else if (Utf8.length(spelling, 0, spelling.length) == spelling.length) {
                        characterUnits.put(Utf8.codePoint(spelling, 0, spelling.length), id);
                    }
                    for (int index = 1; index < spelling.length; index++) {
                        joined[neighbours(spelling, index)] = true;
                    }
                }
                case CONTROL, UNUSED -> {}
            }
        }
        for (int value = 0; value < 256; value++) {
            boolean pieceFirst = definition.units() == SpellingUnits.BYTES || byteUnits[value] < 0;
            if (pieceFirst && pieces[value] >= 0) {
                byteUnits[value] = pieces[value];
            }
            if (byteUnits[value] < 0) {
                byteUnits[value] = tokens.size() + value;
            }
            if (value < 128) {
                asciiUnits[value] = pieces[value] >= 0 ? pieces[value] : byteUnits[value];
            }
        }
    }

    /** The byte before {@code at} and the byte there as one number. */
    private static int neighbours(byte[] source, int at) {
        return ((source[at - 1] & 0xFF) << 8) | (source[at] & 0xFF);
    }

    /** The symbols and what they are to the model. */
    public Alphabet alphabet() {
        return alphabet;
    }

    /** What this tokenizer was made of. */
    public TokenizerDefinition definition() {
        return definition;
    }

    @Override
    public Vocabulary vocabulary() {
        return alphabet.vocabulary();
    }

    @Override
    public int[] encode(byte[] source, int from, int to) {
        Spelling spelling = new Spelling(source, from, to);
        spelling.spell(from, to, PRE_TOKEN_BYTES_MAX);
        return spelling.symbols();
    }

    /**
     * The ids that the model's own tokenizer gives to a text, for measuring: pre-tokens are not cut, and where the model
     * adds a space before a text, so does this. A byte that no token spells is the start token.
     *
     * @param beginsText whether {@code source[from, to)} is the beginning of a text, so that a space may be added
     * @return raw token ids
     */
    public int[] encodeTokens(byte[] source, int from, int to, boolean beginsText) {
        boolean prefixed = beginsText
                && from < to
                && switch (definition.spacePrefix()) {
                    case NONE -> false;
                    case ALWAYS -> true;
                    case UNLESS_PRESENT -> source[from] != ' ';
                };
        byte[] text = source;
        int begin = from;
        int end = to;
        if (prefixed) {
            text = new byte[to - from + 1];
            text[0] = ' ';
            System.arraycopy(source, from, text, 1, to - from);
            begin = 0;
            end = text.length;
        }
        Spelling spelling = new Spelling(text, begin, end);
        spelling.spell(begin, end, Integer.MAX_VALUE);
        return spelling.tokens();
    }

    private int symbolOfUnit(int unit) {
        int tokens = definition.tokenCount();
        return unit < tokens ? alphabet.symbolOfToken(unit) : alphabet.symbolOfByte(unit - tokens);
    }

    /** The work on one stretch of bytes: remembers how it spelled a pre-token, since words come again. */
    private final class Spelling {
        private static final int REMEMBERED_BYTES_MAX = 64;

        private final byte[] source;
        private final int remembered; // slots, a power of two
        private final int[] seenFrom; // [slots] where in the source a pre-token was
        private final int[] seenBytes; // [slots] its length, 0 for an empty slot
        private final int[] seenOutput; // [slots] where in the output its units begin
        private final int[] seenUnits; // [slots] how many they are
        private final PairMerger.Scratch scratch = new PairMerger.Scratch();
        private int[] output;
        private int written;
        private int[] units = new int[64];

        Spelling(byte[] source, int from, int to) {
            this.source = source;
            remembered = Integer.highestOneBit(Math.min(1 << 14, Math.max(16, (to - from) / 4)));
            seenFrom = new int[remembered];
            seenBytes = new int[remembered];
            seenOutput = new int[remembered];
            seenUnits = new int[remembered];
            output = new int[(to - from) / 3 + 16];
        }

        void spell(int from, int to, int preTokenBytesMax) {
            PreTokenizer preTokenizer = new PreTokenizer(definition.splitting(), source, to);
            // Whole pieces are looked for in whole pre-tokens, so then there is no cutting beforehand.
            boolean splitsWhereNothingJoins = definition.splitting() == SplittingRule.NONE && !definition.wholePieces();
            int begin = from;
            int preTokenEnd = from;
            while (begin < to) {
                if (begin == preTokenEnd) {
                    preTokenEnd = preTokenizer.end(begin);
                }
                int end = preTokenEnd;
                if (splitsWhereNothingJoins) {
                    end = endOfJoined(begin, (int) Math.min(preTokenEnd, 1L + begin + preTokenBytesMax));
                }
                if (end - begin > preTokenBytesMax) {
                    end = characterBoundary(begin, begin + preTokenBytesMax, to);
                }
                spellPreToken(begin, end);
                begin = end;
            }
        }

        int[] tokens() {
            int[] tokens = Arrays.copyOf(output, written);
            for (int index = 0; index < written; index++) {
                if (tokens[index] >= definition.tokenCount()) {
                    tokens[index] = definition.startToken();
                }
            }
            return tokens;
        }

        int[] symbols() {
            int[] symbols = new int[written];
            for (int index = 0; index < written; index++) {
                symbols[index] = symbolOfUnit(output[index]);
            }
            return symbols;
        }

        /** Where two bytes meet that no piece holds side by side, nothing merges: a place to cut that changes nothing. */
        private int endOfJoined(int begin, int to) {
            int end = begin + 1;
            while (end < to && joined[neighbours(source, end)]) {
                end++;
            }
            return end;
        }

        /** The last place from {@code begin + 1} to {@code at} that is not inside a character. */
        private int characterBoundary(int begin, int at, int to) {
            for (int back = 1; back <= 3 && at - back > begin; back++) {
                if (Utf8.length(source, at - back, to) > back) {
                    return at - back;
                }
            }
            return at;
        }

        private void spellPreToken(int begin, int end) {
            int length = end - begin;
            if (length > REMEMBERED_BYTES_MAX) {
                emit(begin, end);
                return;
            }
            int hash = 0;
            for (int index = begin; index < end; index++) {
                hash = hash * 31 + source[index];
            }
            int slot = (hash ^ (hash >>> 15)) & (remembered - 1);
            int seen = seenFrom[slot];
            if (seenBytes[slot] == length && Arrays.equals(source, seen, seen + length, source, begin, end)) {
                int count = seenUnits[slot];
                reserveOutput(count);
                System.arraycopy(output, seenOutput[slot], output, written, count);
                written += count;
                return;
            }
            seenFrom[slot] = begin;
            seenBytes[slot] = length;
            seenOutput[slot] = written;
            emit(begin, end);
            seenUnits[slot] = written - seenOutput[slot];
        }

        private void emit(int begin, int end) {
            if (definition.wholePieces()) {
                int symbol = alphabet.find(source, begin, end);
                if (symbol >= 0 && symbolOfUnit(alphabet.fedToken(symbol)) == symbol) {
                    reserveOutput(1);
                    output[written++] = alphabet.fedToken(symbol);
                    return;
                }
            }
            if (units.length < end - begin) {
                units = new int[Math.max(end - begin, 2 * units.length)];
            }
            int count =
                    definition.units() == SpellingUnits.BYTES ? gatherBytes(begin, end) : gatherCharacters(begin, end);
            count = merger.merge(units, count, scratch);
            reserveOutput(count);
            System.arraycopy(units, 0, output, written, count);
            written += count;
        }

        private int gatherBytes(int begin, int end) {
            for (int index = begin; index < end; index++) {
                units[index - begin] = byteUnits[source[index] & 0xFF];
            }
            return end - begin;
        }

        private int gatherCharacters(int begin, int end) {
            int count = 0;
            int at = begin;
            while (at < end) {
                if (source[at] >= 0) {
                    units[count++] = asciiUnits[source[at++]];
                    continue;
                }
                int length = Utf8.length(source, at, end);
                Integer piece = length == 0 ? null : characterUnits.get(Utf8.codePoint(source, at, length));
                if (piece != null) {
                    units[count++] = piece;
                    at += length;
                    continue;
                }
                for (int last = at + Math.max(1, length); at < last; at++) {
                    units[count++] = byteUnits[source[at] & 0xFF];
                }
            }
            return count;
        }

        private void reserveOutput(int count) {
            if (output.length - written < count) {
                output = Arrays.copyOf(output, Math.max(written + count, output.length + output.length / 2));
            }
        }
    }
}
