package io.codelength.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.container.ModelReference.Shipped;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/format.md says is what is written, and what is written is what a reader made from it alone can read. */
class FormatDocumentTest {
    private static final Pattern DUMP_LINE = Pattern.compile("^    ([0-9a-f]{4})  ((?:[0-9a-f]{2} ?)+)$");

    private static List<byte[]> dumps() throws IOException {
        List<StringBuilder> dumps = new ArrayList<>();
        for (String line : Files.readAllLines(Path.of("docs/format.md"))) {
            Matcher matcher = DUMP_LINE.matcher(line);
            if (matcher.matches()) {
                if (matcher.group(1).equals("0000")) {
                    dumps.add(new StringBuilder());
                }
                dumps.get(dumps.size() - 1).append(matcher.group(2).replace(" ", ""));
            }
        }
        return dumps.stream().map(dump -> HexFormat.of().parseHex(dump)).toList();
    }

    @Test
    void theSmallestArchiveIsTheDocumentsFirstDump() throws IOException {
        assertThat(CompactArchive.stored(new byte[0]).toBytes()).isEqualTo(dumps().get(0));
        assertThat(SlowReader.read(dumps().get(0))).isEmpty();
    }

    @Test
    void theFramedExampleIsTheDocumentsSecondDump() throws IOException {
        byte[] hello = "hello\n".getBytes(StandardCharsets.US_ASCII);
        byte[] letters = "a".repeat(26).getBytes(StandardCharsets.US_ASCII);
        ByteArrayOutputStream original = new ByteArrayOutputStream();
        original.writeBytes(hello);
        original.writeBytes(letters);
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        ArchiveWriter writer = new ArchiveWriter(archive, ArchiveHeader.withModel(new Shipped(1), 1024, 0));
        writer.append(new StoredFrame(hello));
        writer.append(new CodedFrame(
                FrameMethod.TOKENS, 3, letters.length, Checksums.crc32c(letters), new byte[] {0x61, 0x1a}));
        writer.finish(TestArchive.sha256(original.toByteArray()));
        assertThat(archive.toByteArray()).isEqualTo(dumps().get(1));
        assertThat(dumps()).hasSize(2);
    }

    @Test
    void aReaderWrittenFromTheDocumentReadsWhatWeWrite() throws IOException {
        for (int seed = 0; seed < 40; seed++) {
            TestArchive archive = TestArchive.random(seed);
            assertThat(SlowReader.read(archive.bytes())).as("seed %d", seed).isEqualTo(archive.original());
        }
        for (int bytes = 0; bytes <= 16_384; bytes += bytes < 200 ? 1 : bytes < 1800 ? 231 : 1823) {
            byte[] original = TestArchive.text(bytes, bytes);
            assertThat(SlowReader.read(CompactArchive.stored(original).toBytes()))
                    .isEqualTo(original);
            if (bytes > 2) {
                for (ModelReference model : TestArchive.MODELS) {
                    assertThat(SlowReader.read(CompactArchive.coded(
                                            FrameMethod.MIXED,
                                            bytes % 2 == 0,
                                            Optional.of(model),
                                            original,
                                            TestArchive.shrink(original))
                                    .toBytes()))
                            .isEqualTo(original);
                }
            }
        }
    }

    @Test
    void checksumsAreTheDocuments() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(Checksums.crc32c(digits)).isEqualTo(0xE3069283);
        assertThat(Checksums.crc16(digits, 0, 9)).isEqualTo(0x29B1);
    }

    @Test
    void ignorableFieldsArePassedOverAndCriticalOnesRefused() throws IOException {
        byte[] ignorable = withFields("9203041f1501000400000102030405060708090a0b0c0d0e0f10");
        assertThatThrownBy(() -> TestArchive.restore("a.clen", ignorable)).hasMessageContaining("type 1 after type 9");
        assertThat(TestArchive.restore("a.clen", withFields("160100040000018203049f0f000102030405060708090a0b0c0d0e")))
                .isEmpty();
        assertThat(SlowReader.read(withFields("160100040000018203049f0f000102030405060708090a0b0c0d0e")))
                .isEmpty();
        assertThatThrownBy(() -> TestArchive.restore("a.clen", withFields("4105")))
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessageContaining("a.clen: header field of type 4");
        assertThatThrownBy(() -> TestArchive.restore("a.clen", withFields("16020004000001")))
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessageContaining("numeric profile 2");
        for (String broken : List.of(
                "1f",
                "1f0601",
                "16010004",
                "1401000400",
                "16010100000001",
                "16010004000000",
                "2105",
                "211b",
                "221400")) {
            assertThatThrownBy(() -> TestArchive.restore("a.clen", withFields(broken)))
                    .as(broken)
                    .isInstanceOf(CorruptContainerException.class)
                    .hasMessageStartingWith("a.clen: ");
        }
    }

    /** An archive of nothing with these header fields, checksums right. */
    private static byte[] withFields(String hex) {
        byte[] fields = HexFormat.of().parseHex(hex);
        byte[] bytes = new byte[9 + 33 + 2 * fields.length];
        ArchiveFormat.put(bytes, 0, 4, ArchiveFormat.MAGIC_AND_VERSION);
        bytes[4] = (byte) fields.length;
        System.arraycopy(fields, 0, bytes, 5, fields.length);
        int at = 5 + fields.length;
        ArchiveFormat.put(bytes, at, 4, Checksums.crc32c(bytes, 0, at));
        int footer = at + 4;
        ArchiveFormat.put(bytes, footer, 4, ArchiveFormat.FOOTER_MARK);
        System.arraycopy(TestArchive.sha256(new byte[0]), 0, bytes, footer + 4, 16);
        System.arraycopy(fields, 0, bytes, footer + 20, fields.length);
        int trailer = footer + 20 + fields.length;
        bytes[trailer] = (byte) fields.length;
        ArchiveFormat.put(bytes, trailer + 1, 4, bytes.length - footer);
        ArchiveFormat.put(bytes, trailer + 5, 4, Checksums.crc32c(bytes, footer, trailer + 5 - footer));
        ArchiveFormat.put(bytes, trailer + 9, 4, ArchiveFormat.END);
        return bytes;
    }
}
