package io.codelength.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class DictionaryTest {
    private static final byte[] TEXT = "GET /index.html\nGET /about.html\n".getBytes(StandardCharsets.UTF_8);

    private static Dictionary read(byte[] file) {
        try {
            return Dictionary.read("test.cldict", new ByteArrayInputStream(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static void isRefused(String what, byte[] file) {
        assertThatThrownBy(() -> read(file))
                .as(what)
                .isInstanceOfAny(CorruptContainerException.class, UnsupportedFormatException.class)
                .hasMessageContaining("test.cldict");
    }

    @Test
    void aFileComesBackAsItWasWritten() {
        for (int length : new int[] {1, 32, 100_000, Dictionary.TEXT_BYTES_MAX}) {
            byte[] text = TestArchive.noise(length, length);
            Dictionary dictionary = new Dictionary(text);
            Dictionary restored = read(dictionary.toBytes());
            assertThat(restored.text()).isEqualTo(text);
            assertThat(restored).isEqualTo(dictionary).hasSameHashCodeAs(dictionary);
            assertThat(restored.id()).isEqualTo(dictionary.id());
        }
    }

    @Test
    void theFileIsWhatTheDocumentSays() {
        byte[] file = new Dictionary(TEXT).toBytes();
        String digest = HexFormat.of().formatHex(TestArchive.sha256(TEXT));
        assertThat(HexFormat.of().formatHex(file))
                .isEqualTo("c14c4401" + "20000000" + digest + HexFormat.of().formatHex(TEXT));
        assertThat(new Dictionary(TEXT).id()).hasToString(digest.substring(0, 8));
    }

    @Test
    void everyFlippedBitIsFoundOut() {
        byte[] file = new Dictionary(TEXT).toBytes();
        for (int bit = 0; bit < 8 * file.length; bit++) {
            byte[] damaged = file.clone();
            damaged[bit / 8] ^= (byte) (1 << bit % 8);
            isRefused("bit " + bit, damaged);
        }
    }

    @Test
    void everyOtherLengthIsFoundOut() {
        byte[] file = new Dictionary(TEXT).toBytes();
        for (int length = 0; length < file.length; length++) {
            isRefused("cut at " + length, Arrays.copyOf(file, length));
        }
        isRefused("one byte more", Arrays.copyOf(file, file.length + 1));
    }

    @Test
    void hugeLengthsAreRefusedBeforeAnythingIsReadOrAllocated() {
        for (int length : new int[] {0, Dictionary.TEXT_BYTES_MAX + 1, Integer.MAX_VALUE, Integer.MIN_VALUE, -1}) {
            byte[] head = Arrays.copyOf(new Dictionary(TEXT).toBytes(), 40);
            ArchiveFormat.put(head, 4, 4, length);
            InputStream endless = new InputStream() {
                private int at;

                @Override
                public int read() {
                    assertThat(at).as("bytes taken").isLessThan(head.length);
                    return head[at++] & 0xff;
                }

                @Override
                public int read(byte[] target, int offset, int count) {
                    assertThat(count).as("bytes asked for").isLessThanOrEqualTo(head.length);
                    if (count == 0) {
                        return 0;
                    }
                    target[offset] = (byte) read();
                    return 1;
                }
            };
            assertThatThrownBy(() -> Dictionary.read("test.cldict", endless))
                    .isInstanceOf(CorruptContainerException.class)
                    .hasMessageContaining("1 to 1048576 expected");
        }
    }

    @Test
    void aTextMustHaveSomethingAndNotTooMuch() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Dictionary(new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> new Dictionary(new byte[Dictionary.TEXT_BYTES_MAX + 1]));
    }

    @Test
    void idsAreReadAsTheyAreWritten() {
        DictionaryId id = new DictionaryId(0x0fa9c2d1);
        assertThat(id).hasToString("0fa9c2d1");
        assertThat(DictionaryId.parse("0fa9c2d1")).contains(id);
        assertThat(id.toBytes()).containsExactly(0x0f, 0xa9, 0xc2, 0xd1);
        assertThat(DictionaryId.of(id.toBytes(), 0)).isEqualTo(id);
        assertThat(DictionaryId.parse("fa9c2d1")).isEmpty();
        assertThat(DictionaryId.parse("0FA9C2D1")).isEmpty();
    }
}
