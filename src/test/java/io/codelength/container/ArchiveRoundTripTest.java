package io.codelength.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ArchiveRoundTripTest {
    private static final int MIB = 1 << 20;

    @Test
    void everyMixOfFramesComesBack() throws IOException {
        for (int seed = 0; seed < 300; seed++) {
            TestArchive archive = TestArchive.random(seed);
            assertThat(TestArchive.restore("a.clen", archive.bytes()))
                    .as("seed %d", seed)
                    .isEqualTo(archive.original());
        }
    }

    @Test
    void theHeaderSaysWhatTheFramesNeed() throws IOException {
        for (ModelReference model : TestArchive.MODELS) {
            ArchiveHeader header = ArchiveHeader.withModel(model, 1024, 17).withMixing(22);
            TestArchive archive = TestArchive.builder(header)
                    .coded(FrameMethod.TOKENS, 7, TestArchive.text(3, 5000))
                    .build();
            ArchiveReader reader = new ArchiveReader("a.clen", new ByteArrayInputStream(archive.bytes()));
            assertThat(reader.header()).isEqualTo(header);
            LocatedFrame located = reader.next().orElseThrow();
            assertThat(located.frame()).isInstanceOf(CodedFrame.class);
            assertThat(((CodedFrame) located.frame()).lanes()).isEqualTo(7);
        }
    }

    @Test
    void anArchiveOfStoredFramesNamesNoModel() throws IOException {
        ArchiveHeader header =
                ArchiveHeader.withModel(TestArchive.MODELS.get(1), 1024, 0).withMixing(22);
        for (int bytes : new int[] {0, 1, 5000, MIB, 3 * MIB + 5}) {
            TestArchive archive = TestArchive.builder(header)
                    .stored(TestArchive.noise(1, bytes))
                    .build();
            assertThat(new ArchiveReader("a.clen", new ByteArrayInputStream(archive.bytes())).header())
                    .isEqualTo(ArchiveHeader.WITHOUT_MODEL);
        }
    }

    @Test
    void neighbouringStoredFramesMergeToOneMebibyte() throws IOException {
        TestArchive.Builder builder = TestArchive.builder(ArchiveHeader.WITHOUT_MODEL);
        for (int i = 0; i < 10; i++) {
            builder.stored(TestArchive.noise(i, 300_000));
        }
        TestArchive archive = builder.build();
        ArchiveReader reader = new ArchiveReader("a.clen", new ByteArrayInputStream(archive.bytes()));
        assertThat(reader.next().orElseThrow().frame().originalBytes()).isEqualTo(MIB);
        LocatedFrame second = reader.next().orElseThrow();
        assertThat(second.frame().originalBytes()).isEqualTo(MIB);
        assertThat(second.originalOffset()).isEqualTo(MIB);
        assertThat(second.index()).isEqualTo(1);
        assertThat(reader.next().orElseThrow().frame().originalBytes()).isEqualTo(3_000_000 - 2 * MIB);
        assertThat(reader.next()).isEmpty();
        assertThat(reader.next()).isEmpty();
        assertThat(reader.archiveBytes()).isEqualTo(archive.bytes().length);
        assertThat(reader.originalBytes()).isEqualTo(3_000_000);
    }

    @Test
    void aWrongDigestOrAnEarlyFinishIsRefused() throws IOException {
        TestArchive archive = TestArchive.random(4);
        ArchiveReader reader = new ArchiveReader("a.clen", new ByteArrayInputStream(archive.bytes()));
        assertThatIllegalStateException().isThrownBy(() -> reader.finish(new byte[32]));
        Optional<LocatedFrame> next;
        do {
            next = reader.next();
        } while (next.isPresent());
        assertThatThrownBy(() -> reader.finish(new byte[32]))
                .isInstanceOf(CorruptContainerException.class)
                .hasMessageContaining("a.clen: footer");
    }

    @Test
    void framesThatTheFormatCannotHoldAreRefusedBeforeTheyAreWritten() {
        assertThatIllegalArgumentException().isThrownBy(() -> new StoredFrame(new byte[0]));
        assertThatIllegalArgumentException().isThrownBy(() -> new StoredFrame(new byte[MIB + 1]));
        assertThatIllegalArgumentException().isThrownBy(() -> new CodedFrame(FrameMethod.STORED, 1, 5, 0, new byte[1]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CodedFrame(FrameMethod.TOKENS, 33, 50, 0, new byte[1]));
        assertThatIllegalArgumentException().isThrownBy(() -> new CodedFrame(FrameMethod.TOKENS, 6, 5, 0, new byte[1]));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new CodedFrame(FrameMethod.TOKENS, 1, MIB + 1, 0, new byte[1]));
        assertThatIllegalArgumentException().isThrownBy(() -> new CodedFrame(FrameMethod.TOKENS, 1, 5, 0, new byte[5]));
        new CodedFrame(FrameMethod.CONTEXT_MIXING, 32, MIB, 0, new byte[MIB - 1]);
        ArchiveWriter writer = new ArchiveWriter(java.io.OutputStream.nullOutputStream(), ArchiveHeader.WITHOUT_MODEL);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> writer.append(new CodedFrame(FrameMethod.MIXED, 1, 5, 0, new byte[1])));
    }

    @Test
    void compactArchivesComeBackAndAreSmall() throws IOException {
        for (int bytes = 0;
                bytes <= CompactArchive.ORIGINAL_BYTES_MAX;
                bytes += bytes < 300 ? 1 : bytes < 16_300 ? 97 : 1) {
            byte[] original = TestArchive.text(bytes, bytes);
            byte[] stored = CompactArchive.stored(original).toBytes();
            assertThat(stored.length).isLessThanOrEqualTo(bytes + (bytes < 16_384 ? 9 : 10));
            assertThat(TestArchive.restore("a.clen", stored)).isEqualTo(original);
            byte[] payload = TestArchive.shrink(original);
            if (payload.length >= bytes) {
                continue;
            }
            for (ModelReference model : TestArchive.MODELS) {
                byte[] coded = CompactArchive.coded(
                                FrameMethod.TOKENS, bytes % 2 == 0, Optional.of(model), original, payload)
                        .toBytes();
                assertThat(coded.length - payload.length)
                        .isLessThanOrEqualTo(model instanceof ModelReference.Shipped ? 11 : 19);
                assertThat(TestArchive.restore("a.clen", coded)).isEqualTo(original);
            }
        }
        assertThatIllegalArgumentException().isThrownBy(() -> CompactArchive.stored(new byte[16_385]));
    }

    @Test
    void aFingerprintKeepsEightBytesInTheCompactForm() {
        byte[] fingerprint = TestArchive.noise(8, 16);
        CompactArchive archive = CompactArchive.coded(
                FrameMethod.MIXED,
                true,
                Optional.of(new ModelReference.FingerprintPrefix(fingerprint)),
                new byte[100],
                new byte[3]);
        assertThat(CompactArchive.parse("a", archive.toBytes()).model())
                .contains(new ModelReference.FingerprintPrefix(Arrays.copyOf(fingerprint, 8)));
    }
}
