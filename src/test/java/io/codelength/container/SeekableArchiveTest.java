package io.codelength.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SeekableArchiveTest {
    @Test
    void framesReadOneByOneAreTheOriginal() throws IOException {
        for (int seed = 0; seed < 100; seed++) {
            TestArchive archive = TestArchive.random(seed);
            SeekableArchive seekable = new SeekableArchive(new BytesSource(archive.bytes()));
            assertThat(seekable.originalBytes()).isEqualTo(archive.original().length);
            assertThat(seekable.digest()).isEqualTo(Arrays.copyOf(TestArchive.sha256(archive.original()), 16));
            ArchiveReader reader = new ArchiveReader("a.clen", new ByteArrayInputStream(archive.bytes()));
            assertThat(seekable.header()).isEqualTo(reader.header());
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (int i = 0; i < seekable.frames(); i++) {
                LocatedFrame located = seekable.read(i);
                LocatedFrame inOrder = reader.next().orElseThrow();
                assertThat(located.archiveOffset()).isEqualTo(inOrder.archiveOffset());
                assertThat(located.originalOffset())
                        .isEqualTo(inOrder.originalOffset())
                        .isEqualTo(all.size());
                assertThat(located.index()).isEqualTo(inOrder.index()).isEqualTo(i);
                all.writeBytes(TestArchive.restore(located.frame()));
            }
            assertThat(all.toByteArray()).as("seed %d", seed).isEqualTo(archive.original());
            assertThat(reader.next()).isEmpty();
        }
    }

    @Test
    void everyByteIsFoundInItsFrame() throws IOException {
        TestArchive archive = TestArchive.random(11);
        SeekableArchive seekable = new SeekableArchive(new BytesSource(archive.bytes()));
        for (int at = 0; at < archive.original().length; at += 1 + at / 100) {
            FrameEntry entry = seekable.entry(seekable.frameHolding(at));
            assertThat((long) at).isBetween(entry.originalOffset(), entry.originalOffset() + entry.originalBytes() - 1);
        }
        assertThatExceptionOfType(IndexOutOfBoundsException.class)
                .isThrownBy(() -> seekable.frameHolding(archive.original().length));
        assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(() -> seekable.frameHolding(-1));
    }

    @Test
    void theSummarySaysWhatIsInside() throws IOException {
        ArchiveHeader header =
                ArchiveHeader.withModel(TestArchive.MODELS.get(1), 1024, 0).withMixing(22);
        TestArchive archive = TestArchive.builder(header)
                .stored(TestArchive.noise(1, 5000))
                .coded(FrameMethod.TOKENS, 7, TestArchive.text(2, 4000))
                .coded(FrameMethod.TOKENS, 9, TestArchive.text(2, 6000))
                .build();
        ArchiveSummary summary = ArchiveSummary.of(new BytesSource(archive.bytes()));
        assertThat(summary.compact()).isFalse();
        assertThat(summary.header()).contains(header);
        assertThat(summary.framesByMethod()).isEqualTo(Map.of(FrameMethod.STORED, 1, FrameMethod.TOKENS, 2));
        assertThat(summary.frames()).isEqualTo(3);
        assertThat(summary.lanesMax()).isEqualTo(9);
        assertThat(summary.frameBytesMax()).isEqualTo(6000);
        assertThat(summary.originalBytes()).isEqualTo(15_000);
        assertThat(summary.payloadBytes()).isEqualTo(10_000);
        assertThat(summary.archiveBytes()).isEqualTo(archive.bytes().length);
        assertThat(summary.digest())
                .contains(HexFormat.of()
                        .formatHex(TestArchive.sha256(archive.original()))
                        .substring(0, 32));

        byte[] text = TestArchive.text(3, 100);
        byte[] compact = CompactArchive.coded(
                        FrameMethod.TOKENS,
                        false,
                        Optional.of(TestArchive.MODELS.get(0)),
                        text,
                        TestArchive.shrink(text))
                .toBytes();
        ArchiveSummary small = ArchiveSummary.of(new BytesSource(compact));
        assertThat(small.compact()).isTrue();
        assertThat(small.model()).contains(TestArchive.MODELS.get(0));
        assertThat(small.originalBytes()).isEqualTo(100);
        assertThat(small.payloadBytes()).isEqualTo(50);
    }
}
