package io.codelength.text;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextTransformTest {
    private static final byte[] MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    @Test
    void lineEndsBecomeLineFeedsAndComeBack() throws Exception {
        byte[] original = "a line\r\n".repeat(20).getBytes(ISO_8859_1);
        TextTransform transform = TextTransform.of(original).orElseThrow();
        assertArrayEquals("a line\n".repeat(20).getBytes(ISO_8859_1), transform.apply(original));
        assertArrayEquals(new byte[] {2, 20, 0}, transform.toBytes());
        check(original);
    }

    @Test
    void aFewBareLineFeedsAreListed() throws Exception {
        byte[] original = ("\n" + "x\r\n".repeat(50) + "y\n" + "\r\r\n".repeat(50) + "\r").getBytes(ISO_8859_1);
        TextTransform transform = TextTransform.of(original).orElseThrow();
        assertArrayEquals(new int[] {0, 51}, transform.bareLineFeeds());
        check(original);
    }

    @Test
    void aByteOrderMarkIsTakenOff() throws Exception {
        byte[] original = {MARK[0], MARK[1], MARK[2], 'a'};
        assertArrayEquals(
                new byte[] {'a'}, TextTransform.of(original).orElseThrow().apply(original));
        check(original);
    }

    @Test
    void nothingIsChangedWhereItDoesNotPay() {
        assertTrue(TextTransform.of(new byte[0]).isEmpty());
        assertTrue(TextTransform.of(MARK).isEmpty(), "a frame codes at least one byte");
        assertTrue(TextTransform.of("a\nb\n".repeat(100).getBytes(ISO_8859_1)).isEmpty());
        assertTrue(TextTransform.of("a\r\nb\n".repeat(100).getBytes(ISO_8859_1)).isEmpty());
        assertTrue(TextTransform.of("a\r\n".repeat(7).getBytes(ISO_8859_1)).isEmpty());
    }

    @Test
    void anyBytesSurvive() throws Exception {
        int changed = 0;
        for (long seed = 1; seed <= 3000; seed++) {
            Random random = new Random(seed);
            byte[] alphabet = {'\r', '\n', 'a', MARK[0], MARK[1], MARK[2]};
            byte[] original = new byte[random.nextInt(400)];
            int bare = random.nextInt(60);
            for (int i = 0; i < original.length; i++) {
                original[i] = alphabet[random.nextInt(alphabet.length)];
                if (original[i] == '\n' && i > 0 && random.nextInt(60) >= bare) {
                    original[i - 1] = '\r';
                }
            }
            if (random.nextInt(4) == 0 && original.length > 3) {
                System.arraycopy(MARK, 0, original, 0, 3);
            }
            changed += check(original) ? 1 : 0;
        }
        assertTrue(changed > 300, "only " + changed + " were changed");
    }

    @Test
    void damageIsRefusedOrGivesAnOriginalOfTheRightLength() {
        byte[] original = ("x\r\n".repeat(200) + "y\n" + "z\r\n".repeat(10)).getBytes(ISO_8859_1);
        TextTransform transform = TextTransform.of(original).orElseThrow();
        byte[] text = transform.apply(original);
        int refused = 0;
        for (long seed = 1; seed <= 2000; seed++) {
            Random random = new Random(seed);
            byte[] damaged = Arrays.copyOf(transform.toBytes(), random.nextInt(8));
            if (damaged.length > 0) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                TextTransform read = TextTransform.read(damaged, original.length);
                assertEquals(original.length, read.revert(text).length, "seed " + seed);
            } catch (InvalidTransformException expected) {
                assertFalse(String.valueOf(expected.getMessage()).isEmpty());
                refused++;
            }
        }
        assertTrue(refused > 1000, "only " + refused + " were refused");
    }

    @Test
    void numbersThatAreTooLargeAreRefused() {
        byte[] ones = {2, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 1};
        assertThrows(InvalidTransformException.class, () -> TextTransform.read(ones, 1000));
        assertThrows(InvalidTransformException.class, () -> TextTransform.read(new byte[] {2, 5, 120}, 100));
        assertThrows(InvalidTransformException.class, () -> TextTransform.read(new byte[] {2, 100, 0}, 100));
        assertThrows(InvalidTransformException.class, () -> TextTransform.read(new byte[] {0}, 100));
        assertThrows(InvalidTransformException.class, () -> TextTransform.read(new byte[] {1}, 3));
        assertThrows(InvalidTransformException.class, () -> TextTransform.read(new byte[] {2, (byte) 0x84, 0, 0}, 100));
    }

    /** Whether the bytes were changed; if so, they came back from what would be written. */
    private static boolean check(byte[] original) throws Exception {
        Optional<TextTransform> transform = TextTransform.of(original);
        if (transform.isEmpty()) {
            return false;
        }
        byte[] header = transform.get().toBytes();
        byte[] text = transform.get().apply(original);
        byte[] payload = Arrays.copyOf(header, header.length + 5);
        TextTransform read = TextTransform.read(payload, original.length);
        assertArrayEquals(header, read.toBytes());
        assertEquals(text.length, read.textBytes());
        assertArrayEquals(original, read.revert(text));
        return true;
    }
}
