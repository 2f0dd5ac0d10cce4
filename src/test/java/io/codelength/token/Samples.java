package io.codelength.token;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Generated texts and small tokenizers trained on one of them, for tests that need no files. */
final class Samples {
    /** Scripts, digits of several kinds, spaces of several kinds, combining marks, symbols, contractions. */
    private static final String[] WORDS = {
        "the",
        "The",
        "don't",
        "WE'LL",
        "I've",
        "'S",
        "\u017Fo'\u017F",
        "and",
        "straße",
        "naïve",
        "Ωμέγα",
        "слово",
        "東京都",
        "日本語",
        "हिन्दी",
        "עברית",
        "العربية",
        "한국어",
        "😀",
        "👩‍💻",
        "e\u0301",
        "x²",
        "½",
        "Ⅻ",
        "٣٤٥",
        "12345",
        "7",
        "3.14",
        "--",
        "...",
        "\u2581",
        "<|endoftext|>",
        "<0x41>",
        "int",
        "return;",
        "{",
        "}",
        "();",
        "'",
        "''",
        "\u2019s",
        "\u00A0",
        "\u3000",
        "\u200B",
        "\u0000",
        "\uFFFD",
        "a'b",
        "'re",
        "\u0085",
        "_",
        "$x",
        "𝔘𝔫𝔦",
        "\uD83C"
    };

    private static final String[] GAPS = {
        " ", " ", " ", " ", "  ", "    ", "\n", "\r\n", "\n\n", "\t", " \n ", "", "", "\u2003 "
    };

    private Samples() {}

    /** Text of about this many characters, mostly valid UTF-8. */
    static byte[] text(Random random, int characters) {
        StringBuilder text = new StringBuilder();
        while (text.length() < characters) {
            text.append(WORDS[random.nextInt(WORDS.length)]).append(GAPS[random.nextInt(GAPS.length)]);
        }
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Such text with bytes changed, cut out and put in, so that it is UTF-8 no more. */
    static byte[] damagedText(Random random, int characters) {
        byte[] text = text(random, characters);
        for (int change = 0; change <= text.length / 20; change++) {
            text[random.nextInt(text.length)] = (byte) random.nextInt(256);
        }
        return text;
    }

    static byte[] noise(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Byte-level: token 0 is control, then the bytes in falling order, then pieces learnt from a text. */
    static TokenizerDefinition byteLevel(SplittingRule rule, boolean wholePieces) {
        List<Token> tokens = new ArrayList<>();
        tokens.add(Token.control());
        int[] unitOfByte = new int[256];
        for (int value = 255; value >= 0; value--) {
            unitOfByte[value] = tokens.size();
            tokens.add(Token.normal(new byte[] {(byte) value}));
        }
        byte[] text = text(new Random(1), 4_000);
        List<Integer> units = new ArrayList<>();
        for (byte value : text) {
            units.add(unitOfByte[value & 0xFF]);
        }
        List<Merge> merges = learn(units, tokens, 300);
        if (wholePieces) {
            tokens.add(Token.normal(" unreachable".getBytes(StandardCharsets.UTF_8)));
        }
        return new TokenizerDefinition(SpellingUnits.BYTES, rule, wholePieces, SpacePrefix.NONE, 0, tokens, merges);
    }

    /** SentencePiece-style: unknown, begin, bytes, characters of a text (not all), pieces learnt from it. */
    static TokenizerDefinition sentencePiece(SplittingRule rule) {
        List<Token> tokens = new ArrayList<>();
        tokens.add(Token.unused());
        tokens.add(Token.control());
        for (int value = 0; value < 256; value++) {
            tokens.add(Token.ofByte(value));
        }
        String text = new String(text(new Random(2), 4_000), StandardCharsets.UTF_8).replace(PieceText.SPACE_MARK, "");
        Map<Integer, Integer> unitOfCharacter = new HashMap<>();
        List<Integer> units = new ArrayList<>();
        text.codePoints().filter(c -> c != '<' && c < 0x1F000).forEach(codePoint -> {
            Integer unit = unitOfCharacter.get(codePoint);
            if (unit == null) {
                unit = tokens.size();
                unitOfCharacter.put(codePoint, unit);
                tokens.add(Token.normal(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)));
            }
            units.add(unit);
        });
        List<Merge> merges = learn(units, tokens, 300);
        return new TokenizerDefinition(SpellingUnits.CHARACTERS, rule, false, SpacePrefix.ALWAYS, 1, tokens, merges);
    }

    private static List<Merge> learn(List<Integer> text, List<Token> tokens, int rounds) {
        List<Integer> units = new ArrayList<>(text);
        List<Merge> merges = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            Map<Long, Integer> counts = new HashMap<>();
            long best = -1;
            int bestCount = 0;
            for (int index = 1; index < units.size(); index++) {
                long pair = ((long) units.get(index - 1) << 32) | units.get(index);
                int count = counts.merge(pair, 1, Integer::sum);
                if (count > bestCount) {
                    best = pair;
                    bestCount = count;
                }
            }
            int left = (int) (best >>> 32);
            int right = (int) best;
            Merge merge = new Merge(left, right, tokens.size(), round);
            tokens.add(Token.normal(
                    join(tokens.get(left).spelling(), tokens.get(right).spelling())));
            merges.add(merge);
            List<Integer> shorter = new ArrayList<>();
            for (int index = 0; index < units.size(); index++) {
                if (index + 1 < units.size() && units.get(index) == left && units.get(index + 1) == right) {
                    shorter.add(merge.result());
                    index++;
                } else {
                    shorter.add(units.get(index));
                }
            }
            units = shorter;
        }
        return merges;
    }

    static byte[] join(byte[] left, byte[] right) {
        byte[] joined = new byte[left.length + right.length];
        System.arraycopy(left, 0, joined, 0, left.length);
        System.arraycopy(right, 0, joined, left.length, right.length);
        return joined;
    }

    /** What the symbols spell together. */
    static byte[] spelled(Vocabulary vocabulary, int[] symbols) {
        int length = 0;
        for (int symbol : symbols) {
            length += vocabulary.byteCount(symbol);
        }
        byte[] bytes = new byte[length];
        int offset = 0;
        for (int symbol : symbols) {
            offset = vocabulary.copySpelling(symbol, bytes, offset);
        }
        return bytes;
    }
}
