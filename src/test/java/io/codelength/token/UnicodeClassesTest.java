package io.codelength.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class UnicodeClassesTest {
    @Test
    void theTableIsTheOneThatFormatOneIsBoundTo() throws NoSuchAlgorithmException, IOException {
        assertThat(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(resource())))
                .isEqualTo("cb9dda887e7ecfcda86b10770d5ebd7035e1c733791a1ad0b674cd685e7f641d");
    }

    @Test
    void theGeneratorMakesItAgainOnJdk17() throws IOException {
        assumeTrue(Runtime.version().feature() == 17, "skipped: this JDK has another version of Unicode");
        assertThat(UnicodeClassesGenerator.table()).isEqualTo(resource());
        for (int codePoint = 0; codePoint <= Character.MAX_CODE_POINT; codePoint++) {
            if (UnicodeClasses.of(codePoint) != UnicodeClassesGenerator.classOf(codePoint)) {
                throw new AssertionError("class of U+%04X".formatted(codePoint));
            }
        }
    }

    @Test
    void classesAreThoseOfTheStandard() {
        assertThat("aÅжא漢ぁʰǅ𝔘".codePoints()).allMatch(c -> UnicodeClasses.of(c) == UnicodeClasses.LETTER);
        assertThat("0٣Ⅻ½²①".codePoints()).allMatch(c -> UnicodeClasses.of(c) == UnicodeClasses.NUMBER);
        assertThat(" \t\n\u000B\u0085\u00A0\u2007\u202F\u3000".codePoints())
                .allMatch(c -> UnicodeClasses.of(c) == UnicodeClasses.SPACE);
        assertThat("'_\u0000\u001C\u0301\u200B\u180E😀\uFFFD\uDBFF\uDFFF".codePoints())
                .allMatch(c -> UnicodeClasses.of(c) == UnicodeClasses.OTHER);
    }

    private static byte[] resource() throws IOException {
        try (InputStream in = UnicodeClasses.class.getResourceAsStream(UnicodeClasses.RESOURCE)) {
            if (in == null) {
                throw new AssertionError("no resource " + UnicodeClasses.RESOURCE);
            }
            return in.readAllBytes();
        }
    }
}
