package io.codelength.token;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** Makes the table that {@link UnicodeClasses} reads, from the character data of the JDK it runs on: JDK 17 for ours. */
final class UnicodeClassesGenerator {
    private static final Pattern WHITE_SPACE = Pattern.compile("\\p{IsWhite_Space}");

    private UnicodeClassesGenerator() {}

    /** @param arguments the file to write */
    public static void main(String[] arguments) throws IOException {
        Files.write(Path.of(arguments[0]), table());
    }

    static byte[] table() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int runStart = 0;
        for (int codePoint = 1; codePoint <= Character.MAX_CODE_POINT + 1; codePoint++) {
            boolean atEnd = codePoint > Character.MAX_CODE_POINT;
            if (atEnd || classOf(codePoint) != classOf(runStart)) {
                if (atEnd && classOf(runStart) == UnicodeClasses.OTHER) {
                    break;
                }
                int number = 4 * (codePoint - runStart) + classOf(runStart);
                for (int shift = 21; shift > 0; shift -= 7) {
                    if (number >>> shift != 0) {
                        out.write(0x80 | ((number >>> shift) & 0x7F));
                    }
                }
                out.write(number & 0x7F);
                runStart = codePoint;
            }
        }
        return out.toByteArray();
    }

    static byte classOf(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.UPPERCASE_LETTER,
                    Character.LOWERCASE_LETTER,
                    Character.TITLECASE_LETTER,
                    Character.MODIFIER_LETTER,
                    Character.OTHER_LETTER -> UnicodeClasses.LETTER;
            case Character.DECIMAL_DIGIT_NUMBER, Character.LETTER_NUMBER, Character.OTHER_NUMBER ->
                UnicodeClasses.NUMBER;
            default ->
                WHITE_SPACE.matcher(Character.toString(codePoint)).matches()
                        ? UnicodeClasses.SPACE
                        : UnicodeClasses.OTHER;
        };
    }
}
