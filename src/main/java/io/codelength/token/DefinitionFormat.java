package io.codelength.token;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The binary form of a {@link TokenizerDefinition}: one value, one sequence of bytes. Numbers are variable-length: seven
 * bits a byte, most significant first, all bytes but the last with their top bit set, no leading zeros.
 *
 * <pre>
 * byte     version, 1
 * byte     units           0 bytes, 1 characters
 * byte     splitting       place in RULES
 * byte     whole pieces    0 or 1
 * byte     space prefix    place in PREFIXES
 * number   tokens
 *   each:  number          4 · length of the spelling + place in KINDS
 *          bytes           the spelling
 * number   start token
 * number   merges
 *   each:  number          2 · left + (1 if its rank is one above the last's, which begins at −1)
 *          number          right
 *          number          result
 * </pre>
 */
final class DefinitionFormat {
    private static final int VERSION = 1;

    // What stands in the file is the place in these lists; they may only grow at their ends.
    private static final List<SpellingUnits> UNITS = List.of(SpellingUnits.BYTES, SpellingUnits.CHARACTERS);
    private static final List<SplittingRule> RULES = List.of(
            SplittingRule.NONE,
            SplittingRule.SPACES,
            SplittingRule.GPT2,
            SplittingRule.DIGITS_GPT2,
            SplittingRule.LLAMA3,
            SplittingRule.QWEN2);
    private static final List<SpacePrefix> PREFIXES =
            List.of(SpacePrefix.NONE, SpacePrefix.ALWAYS, SpacePrefix.UNLESS_PRESENT);
    private static final List<TokenKind> KINDS =
            List.of(TokenKind.NORMAL, TokenKind.BYTE, TokenKind.CONTROL, TokenKind.UNUSED);

    private DefinitionFormat() {}

    static byte[] write(TokenizerDefinition definition) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(VERSION);
        out.write(UNITS.indexOf(definition.units()));
        out.write(RULES.indexOf(definition.splitting()));
        out.write(definition.wholePieces() ? 1 : 0);
        out.write(PREFIXES.indexOf(definition.spacePrefix()));
        writeNumber(out, definition.tokenCount());
        for (Token token : definition.tokens()) {
            writeNumber(out, 4 * token.spelling().length + KINDS.indexOf(token.kind()));
            out.writeBytes(token.spelling());
        }
        writeNumber(out, definition.startToken());
        writeNumber(out, definition.merges().size());
        int rank = -1;
        for (Merge merge : definition.merges()) {
            writeNumber(out, 2 * merge.left() + (merge.rank() - rank));
            writeNumber(out, merge.right());
            writeNumber(out, merge.result());
            rank = merge.rank();
        }
        return out.toByteArray();
    }

    static TokenizerDefinition read(byte[] bytes) {
        Reader in = new Reader(bytes);
        in.readCode("version", VERSION, VERSION);
        SpellingUnits units = UNITS.get(in.readCode("units", 0, UNITS.size() - 1));
        SplittingRule splitting = RULES.get(in.readCode("splitting", 0, RULES.size() - 1));
        boolean wholePieces = in.readCode("whole pieces", 0, 1) == 1;
        SpacePrefix spacePrefix = PREFIXES.get(in.readCode("space prefix", 0, PREFIXES.size() - 1));
        // A token takes at least one byte, a merge three: no count can ask for more than the bytes that are there.
        int tokenCount = in.readNumber("token count", Math.min(TokenizerDefinition.TOKENS_LIMIT - 1, in.remaining()));
        List<Token> tokens = new ArrayList<>(tokenCount);
        for (int id = 0; id < tokenCount; id++) {
            int head = in.readNumber("token", 4 * TokenizerDefinition.PIECE_BYTES_MAX + 3);
            tokens.add(new Token(KINDS.get(head & 3), in.readBytes("token spelling", head >>> 2)));
        }
        int startToken = in.readNumber("start token", TokenizerDefinition.TOKENS_LIMIT - 1);
        int mergeCount = in.readNumber("merge count", Math.min(TokenizerDefinition.MERGES_MAX, in.remaining() / 3));
        List<Merge> merges = new ArrayList<>(mergeCount);
        int rank = -1;
        for (int index = 0; index < mergeCount; index++) {
            int head = in.readNumber("merge left", 2 * TokenizerDefinition.TOKENS_LIMIT - 1);
            rank += head & 1;
            int right = in.readNumber("merge right", TokenizerDefinition.TOKENS_LIMIT - 1);
            int result = in.readNumber("merge result", TokenizerDefinition.TOKENS_LIMIT - 1);
            merges.add(new Merge(head >>> 1, right, result, rank));
        }
        if (in.remaining() != 0) {
            throw new TokenizerFormatException("end", in.remaining() + " bytes follow that belong to nothing");
        }
        return new TokenizerDefinition(units, splitting, wholePieces, spacePrefix, startToken, tokens, merges);
    }

    private static void writeNumber(ByteArrayOutputStream out, int value) {
        int shift = 28;
        while (shift > 0 && value >>> shift == 0) {
            shift -= 7;
        }
        for (; shift > 0; shift -= 7) {
            out.write(0x80 | ((value >>> shift) & 0x7F));
        }
        out.write(value & 0x7F);
    }

    /** Reads fields and names the one it stumbles over. */
    private static final class Reader {
        private final byte[] bytes;
        private int position;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        int remaining() {
            return bytes.length - position;
        }

        int readCode(String field, int first, int last) {
            int value = readByte(field);
            if (value < first || value > last) {
                throw new TokenizerFormatException(
                        field, "%d at byte %d, expected %d to %d".formatted(value, position - 1, first, last));
            }
            return value;
        }

        int readNumber(String field, int most) {
            int start = position;
            long value = 0;
            int next;
            do {
                next = readByte(field);
                value = (value << 7) | (next & 0x7F);
                if (value > most) {
                    throw new TokenizerFormatException(field, "more than %d at byte %d".formatted(most, start));
                }
                if (next == 0x80 && value == 0) {
                    throw new TokenizerFormatException(field, "a number with leading zeros at byte " + start);
                }
            } while (next >= 0x80);
            return (int) value;
        }

        byte[] readBytes(String field, int length) {
            if (length > remaining()) {
                throw new TokenizerFormatException(
                        field, "%d bytes at byte %d, but %d are left".formatted(length, position, remaining()));
            }
            byte[] read = Arrays.copyOfRange(bytes, position, position + length);
            position += length;
            return read;
        }

        private int readByte(String field) {
            if (position == bytes.length) {
                throw new TokenizerFormatException(field, "the bytes end at " + position);
            }
            return bytes[position++] & 0xFF;
        }
    }
}
