package io.codelength.token;

import static io.codelength.token.UnicodeClasses.LETTER;
import static io.codelength.token.UnicodeClasses.NUMBER;
import static io.codelength.token.UnicodeClasses.OTHER;
import static io.codelength.token.UnicodeClasses.SPACE;

/**
 * Cuts bytes into pre-tokens by a {@link SplittingRule}. A byte that is not part of valid UTF-8 counts as one character
 * that is neither letter, number nor space. Written out by hand from the regular expressions; the tests hold it against
 * them.
 */
final class PreTokenizer {
    private final SplittingRule rule;
    private final byte[] source;
    private final int to;

    PreTokenizer(SplittingRule rule, byte[] source, int to) {
        this.rule = rule;
        this.source = source;
        this.to = to;
    }

    /** @return where the pre-token that begins at {@code from < to} ends */
    int end(int from) {
        return switch (rule) {
            case NONE -> to;
            case SPACES -> endBeforeSpace(from);
            case GPT2 -> endLikeGpt2(from, false);
            case DIGITS_GPT2 -> endLikeGpt2(from, true);
            case LLAMA3 -> endLikeLlama3(from, 3);
            case QWEN2 -> endLikeLlama3(from, 1);
        };
    }

    private int endBeforeSpace(int from) {
        int end = from + 1;
        while (end < to && source[end] != ' ') {
            end++;
        }
        return end;
    }

    // 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
    // With single digits, each number is a text of its own and so are the stretches between them.
    private int endLikeGpt2(int from, boolean singleDigits) {
        int contraction = contractionBytes(from, false);
        if (contraction > 0) {
            return from + contraction;
        }
        byte first = classAt(from);
        if (singleDigits && first == NUMBER) {
            return from + bytesAt(from);
        }
        if (first != SPACE) {
            return endOfRun(from, first);
        }
        if (source[from] == ' ' && from + 1 < to) {
            byte second = classAt(from + 1);
            if (second != SPACE && !(singleDigits && second == NUMBER)) {
                return endOfRun(from + 1, second);
            }
        }
        int end = endOfRun(from, SPACE);
        boolean textEnds = end == to || (singleDigits && classAt(end) == NUMBER);
        return textEnds ? end : withoutLastCharacter(from, end);
    }

    // (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}|
    // ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
    private int endLikeLlama3(int from, int digitsMax) {
        int contraction = contractionBytes(from, true);
        if (contraction > 0) {
            return from + contraction;
        }
        byte first = classAt(from);
        int second = from + bytesAt(from);
        if (first == LETTER) {
            return endOfRun(from, LETTER);
        }
        if (first == NUMBER) {
            int end = second;
            for (int digits = 1; digits < digitsMax && end < to && classAt(end) == NUMBER; digits++) {
                end += bytesAt(end);
            }
            return end;
        }
        if (!isLineEnd(from) && second < to && classAt(second) == LETTER) {
            return endOfRun(second, LETTER);
        }
        if (first == OTHER) {
            return endOfLineEnds(endOfRun(from, OTHER));
        }
        if (source[from] == ' ' && second < to && classAt(second) == OTHER) {
            return endOfLineEnds(endOfRun(second, OTHER));
        }
        int end = endOfRun(from, SPACE);
        for (int last = end - 1; last >= from; last--) {
            if (isLineEnd(last)) {
                return last + 1;
            }
        }
        return end == to ? end : withoutLastCharacter(from, end);
    }

    /** Bytes of an English contraction's ending with its apostrophe, 0 if there is none. */
    private int contractionBytes(int from, boolean anyCase) {
        if (source[from] != '\'' || from + 1 >= to) {
            return 0;
        }
        int first = source[from + 1];
        int second = from + 2 < to ? source[from + 2] : 0;
        if (anyCase) {
            // Case folding also takes U+017F, the long s, for an s.
            if (first == (byte) 0xC5 && second == (byte) 0xBF) {
                return 3;
            }
            first = first >= 'A' && first <= 'Z' ? first + 32 : first;
            second = second >= 'A' && second <= 'Z' ? second + 32 : second;
        }
        return switch (first) {
            case 's', 't', 'm', 'd' -> 2;
            case 'r', 'v' -> second == 'e' ? 3 : 0;
            case 'l' -> second == 'l' ? 3 : 0;
            default -> 0;
        };
    }

    private boolean isLineEnd(int at) {
        return source[at] == '\r' || source[at] == '\n';
    }

    private int endOfLineEnds(int from) {
        int end = from;
        while (end < to && isLineEnd(end)) {
            end++;
        }
        return end;
    }

    private int endOfRun(int from, byte characterClass) {
        int end = from;
        while (end < to && classAt(end) == characterClass) {
            end += bytesAt(end);
        }
        return end;
    }

    /** White space before a word leaves its last character to the word, unless it has but one. */
    private int withoutLastCharacter(int from, int end) {
        int last = end - 1;
        while ((source[last] & 0xC0) == 0x80) {
            last--;
        }
        return last > from ? last : end;
    }

    private byte classAt(int at) {
        int first = source[at];
        if (first >= 0) {
            return UnicodeClasses.of(first);
        }
        int length = Utf8.length(source, at, to);
        return length == 0 ? OTHER : UnicodeClasses.of(Utf8.codePoint(source, at, length));
    }

    private int bytesAt(int at) {
        return Math.max(1, Utf8.length(source, at, to));
    }
}
