package io.codelength.token;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An independent slow tokenizer: the regular expressions themselves on Java's engine, a merge that looks through all pairs
 * each time, strings for keys. Shares nothing with the quick one but the definition.
 */
final class PlainSpelling {
    private static final String GPT2 =
            "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\p{IsWhite_Space}\\p{L}\\p{N}]+"
                    + "|\\p{IsWhite_Space}+(?!\\P{IsWhite_Space})|\\p{IsWhite_Space}+";

    private final TokenizerDefinition definition;
    private final Map<String, Integer> pieces = new HashMap<>(); // spelling in Latin-1 → lowest id
    private final Map<String, Merge> merges = new HashMap<>();
    private final int[] byteTokens = new int[256];

    PlainSpelling(TokenizerDefinition definition) {
        this.definition = definition;
        Arrays.fill(byteTokens, definition.startToken());
        for (int id = definition.tokenCount() - 1; id >= 0; id--) {
            Token token = definition.tokens().get(id);
            if (token.kind() == TokenKind.NORMAL) {
                pieces.put(latin1(token.spelling()), id);
            } else if (token.kind() == TokenKind.BYTE) {
                byteTokens[token.spelling()[0] & 0xFF] = id;
            }
        }
        for (Merge merge : definition.merges()) {
            merges.put(merge.left() + " " + merge.right(), merge);
        }
    }

    List<Integer> tokens(byte[] source) {
        List<Integer> tokens = new ArrayList<>();
        for (byte[] preToken : preTokens(definition.splitting(), source)) {
            Integer whole = definition.wholePieces() ? pieces.get(latin1(preToken)) : null;
            if (whole != null) {
                tokens.add(whole);
            } else {
                tokens.addAll(merge(units(preToken)));
            }
        }
        return tokens;
    }

    private List<Integer> units(byte[] preToken) {
        List<Integer> units = new ArrayList<>();
        for (byte[] character : characters(preToken)) {
            Integer piece = pieces.get(latin1(character));
            if (definition.units() == SpellingUnits.CHARACTERS && piece != null) {
                units.add(piece);
                continue;
            }
            for (byte value : character) {
                Integer single = pieces.get(latin1(new byte[] {value}));
                boolean asPiece = definition.units() == SpellingUnits.BYTES && single != null;
                units.add(asPiece ? single : byteTokens[value & 0xFF]);
            }
        }
        return units;
    }

    private List<Integer> merge(List<Integer> given) {
        List<Integer> units = new ArrayList<>(given);
        while (true) {
            int best = -1;
            int bestRank = Integer.MAX_VALUE;
            for (int index = 0; index + 1 < units.size(); index++) {
                Merge merge = merges.get(units.get(index) + " " + units.get(index + 1));
                if (merge != null && merge.rank() < bestRank) {
                    best = index;
                    bestRank = merge.rank();
                }
            }
            if (best < 0) {
                return units;
            }
            int right = units.remove(best + 1);
            Merge merge = merges.get(units.get(best) + " " + right);
            if (merge == null) {
                throw new IllegalStateException("the pair that was found is gone");
            }
            units.set(best, merge.result());
        }
    }

    /** The pre-tokens by regular expression; a byte that is not UTF-8 becomes a character of private use meanwhile. */
    static List<byte[]> preTokens(SplittingRule rule, byte[] source) {
        StringBuilder text = new StringBuilder();
        List<byte[]> characters = characters(source);
        for (byte[] character : characters) {
            String decoded = decode(character);
            text.append(decoded.isEmpty() ? "\uE000" : decoded);
        }
        List<Integer> cuts = new ArrayList<>(); // in characters of the text
        switch (rule) {
            case NONE -> cuts.add(text.length());
            case SPACES -> find("(?s).[^ ]*", text, 0, text.length(), cuts);
            case GPT2 -> find(GPT2, text, 0, text.length(), cuts);
            case DIGITS_GPT2 -> {
                Matcher number = Pattern.compile("\\p{N}").matcher(text);
                int from = 0;
                while (number.find()) {
                    find(GPT2, text, from, number.start(), cuts);
                    cuts.add(number.end());
                    from = number.end();
                }
                find(GPT2, text, from, text.length(), cuts);
            }
            case LLAMA3, QWEN2 ->
                find(
                        rule.pattern()
                                .replace("\\s", "\\p{IsWhite_Space}")
                                .replace("\\S", "\\P{IsWhite_Space}")
                                .replace("(?i:", "(?iu:"),
                        text,
                        0,
                        text.length(),
                        cuts);
        }
        List<byte[]> preTokens = new ArrayList<>();
        int index = 0;
        int at = 0;
        for (int cut : cuts) {
            byte[] preToken = {};
            while (at < cut) {
                byte[] character = characters.get(index++);
                preToken = Samples.join(preToken, character);
                at += Math.max(1, decode(character).length());
            }
            if (preToken.length > 0) {
                preTokens.add(preToken);
            }
        }
        return preTokens;
    }

    private static void find(String pattern, CharSequence text, int from, int to, List<Integer> cuts) {
        Matcher matcher = Pattern.compile(pattern).matcher(text.subSequence(from, to));
        while (matcher.find()) {
            cuts.add(from + matcher.end());
        }
    }

    private static List<byte[]> characters(byte[] source) {
        List<byte[]> characters = new ArrayList<>();
        int at = 0;
        while (at < source.length) {
            int length = 1;
            for (int tried = 1; tried <= 4 && at + tried <= source.length; tried++) {
                String decoded = decode(Arrays.copyOfRange(source, at, at + tried));
                if (decoded.codePointCount(0, decoded.length()) == 1) {
                    length = tried;
                    break;
                }
            }
            characters.add(Arrays.copyOfRange(source, at, at + length));
            at += length;
        }
        return characters;
    }

    private static String decode(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException notUtf8) {
            return "";
        }
    }

    private static String latin1(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
