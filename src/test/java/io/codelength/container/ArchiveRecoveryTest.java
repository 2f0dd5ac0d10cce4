package io.codelength.container;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.container.ArchiveRecovery.ByteRange;
import io.codelength.container.ArchiveRecovery.FoundFrame;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

class ArchiveRecoveryTest {
    private static final ArchiveHeader HEADER =
            ArchiveHeader.withModel(TestArchive.MODELS.get(1), 1024, 0).withMixing(22);

    /** Eight frames: coded ones between stored ones, so that none merge. */
    private static TestArchive eightFrames() throws IOException {
        TestArchive.Builder builder = TestArchive.builder(HEADER);
        for (int i = 0; i < 4; i++) {
            builder.stored(TestArchive.noise(i, 400 + i));
            builder.coded(FrameMethod.TOKENS, 1 + i, TestArchive.text(10 + i, 700 + i));
        }
        return builder.build();
    }

    private static ArchiveRecovery scan(byte[] bytes) throws IOException {
        return ArchiveRecovery.scan(new BytesSource(bytes));
    }

    /** Frames with a known place hold what the original holds there; all are whole. */
    private static void requireTrue(ArchiveRecovery recovery, TestArchive archive) throws IOException {
        for (FoundFrame found : recovery.frames()) {
            byte[] restored = TestArchive.restore(recovery.read(found));
            assertThat(restored).hasSize(found.originalBytes());
            if (found.originalOffset().isPresent()) {
                int at = (int) found.originalOffset().getAsLong();
                assertThat(restored).isEqualTo(Arrays.copyOfRange(archive.original(), at, at + restored.length));
            }
        }
    }

    private static List<Integer> indices(ArchiveRecovery recovery) {
        return recovery.frames().stream().map(frame -> frame.index().orElse(-1)).toList();
    }

    private static List<Integer> allBut(int... missing) {
        return IntStream.range(0, 8)
                .filter(i -> IntStream.of(missing).noneMatch(lost -> lost == i))
                .boxed()
                .toList();
    }

    @Test
    void aWholeArchiveIsWhollyRecovered() throws IOException {
        for (int seed = 0; seed < 50; seed++) {
            TestArchive archive = TestArchive.random(seed);
            ArchiveRecovery recovery = scan(archive.bytes());
            assertThat(recovery.damage()).isEmpty();
            assertThat(recovery.missing()).isEmpty();
            assertThat(recovery.header()).isPresent();
            assertThat(recovery.originalBytes()).hasValue(archive.original().length);
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            for (FoundFrame found : recovery.frames()) {
                all.writeBytes(TestArchive.restore(recovery.read(found)));
            }
            assertThat(all.toByteArray()).isEqualTo(archive.original());
        }
    }

    @Test
    void aDamagedFrameIsTheOnlyOneLost() throws IOException {
        TestArchive archive = eightFrames();
        SeekableArchive seekable = new SeekableArchive(new BytesSource(archive.bytes()));
        for (int lost = 0; lost < 8; lost++) {
            FrameEntry entry = seekable.entry(lost);
            int frameBytes = entry.payloadBytes() + (entry.method() == FrameMethod.STORED ? 16 : 20);
            for (int at : new int[] {0, 5, 12, 40, frameBytes - 1}) {
                byte[] damaged = archive.bytes().clone();
                damaged[(int) entry.archiveOffset() + at] ^= 0x10;
                ArchiveRecovery recovery = scan(damaged);
                assertThat(indices(recovery)).as("frame %d at %d", lost, at).isEqualTo(allBut(lost));
                assertThat(recovery.damage())
                        .containsExactly(new ByteRange(entry.archiveOffset(), entry.archiveOffset() + frameBytes));
                assertThat(recovery.missing())
                        .containsExactly(
                                new ByteRange(entry.originalOffset(), entry.originalOffset() + entry.originalBytes()));
                requireTrue(recovery, archive);
            }
        }
    }

    @Test
    void withoutHeaderTheFooterHasACopy() throws IOException {
        TestArchive archive = eightFrames();
        byte[] damaged = archive.bytes().clone();
        Arrays.fill(damaged, 0, 20, (byte) 0);
        ArchiveRecovery recovery = scan(damaged);
        assertThat(recovery.header()).contains(HEADER);
        assertThat(indices(recovery)).isEqualTo(allBut());
        assertThat(recovery.damage()).containsExactly(new ByteRange(0, 9 + 25));
    }

    @Test
    void withoutFooterFramesAreFoundFromTheHeaderOn() throws IOException {
        TestArchive archive = eightFrames();
        byte[] damaged = Arrays.copyOf(archive.bytes(), archive.bytes().length - 1);
        ArchiveRecovery recovery = scan(damaged);
        assertThat(recovery.header()).contains(HEADER);
        assertThat(indices(recovery)).isEqualTo(allBut());
        requireTrue(recovery, archive);

        // A damaged payload keeps the count, a damaged head loses it.
        damaged[9 + 25 + 16 + 100] ^= 1;
        assertThat(indices(scan(damaged))).isEqualTo(allBut(0));
        damaged[9 + 25 + 5] ^= 1;
        recovery = scan(damaged);
        assertThat(recovery.frames()).hasSize(7);
        assertThat(indices(recovery)).containsOnly(-1);
        requireTrue(recovery, archive);
    }

    @Test
    void withoutHeaderAndFooterFramesAreFoundByTheirMarks() throws IOException {
        TestArchive archive = eightFrames();
        byte[] damaged = Arrays.copyOfRange(archive.bytes(), 7, archive.bytes().length - 20);
        ArchiveRecovery recovery = scan(damaged);
        assertThat(recovery.header()).isEmpty();
        assertThat(recovery.frames()).hasSize(8);
        assertThat(indices(recovery)).containsOnly(-1);
        for (int i = 0; i < 8; i++) {
            assertThat(recovery.frames().get(i).originalBytes()).isEqualTo(i % 2 == 0 ? 400 + i / 2 : 700 + i / 2);
        }
    }

    @Test
    void everyTruncationKeepsTheFramesBeforeIt() throws IOException {
        TestArchive archive = eightFrames();
        SeekableArchive seekable = new SeekableArchive(new BytesSource(archive.bytes()));
        for (int length = 0; length < archive.bytes().length; length++) {
            ArchiveRecovery recovery = scan(Arrays.copyOf(archive.bytes(), length));
            int whole = 0;
            while (whole < 8
                    && length
                            >= (whole < 7 ? seekable.entry(whole + 1).archiveOffset() : frameEnd(seekable.entry(7)))) {
                whole++;
            }
            assertThat(indices(recovery)).as("length %d", length).isEqualTo(allBut().subList(0, whole));
            requireTrue(recovery, archive);
        }
    }

    private static long frameEnd(FrameEntry entry) {
        return entry.archiveOffset() + 20 + entry.payloadBytes();
    }

    @Test
    void lostAndAddedBytesCostOnlyTheFramesTheyTouch() throws IOException {
        TestArchive archive = eightFrames();
        SeekableArchive seekable = new SeekableArchive(new BytesSource(archive.bytes()));
        byte[] bytes = archive.bytes();
        for (int touched = 0; touched < 8; touched++) {
            int at = (int) seekable.entry(touched).archiveOffset() + 30;
            byte[] shorter = new byte[bytes.length - 11];
            System.arraycopy(bytes, 0, shorter, 0, at);
            System.arraycopy(bytes, at + 11, shorter, at, shorter.length - at);
            assertThat(indices(scan(shorter))).isEqualTo(allBut(touched));
            byte[] longer = new byte[bytes.length + 11];
            System.arraycopy(bytes, 0, longer, 0, at);
            System.arraycopy(bytes, at, longer, at + 11, bytes.length - at);
            ArchiveRecovery recovery = scan(longer);
            assertThat(indices(recovery)).isEqualTo(allBut(touched));
            requireTrue(recovery, archive);
        }
    }

    @Test
    void framesBetweenTwoLossesAreFoundByTheirMarks() throws IOException {
        TestArchive archive = eightFrames();
        SeekableArchive seekable = new SeekableArchive(new BytesSource(archive.bytes()));
        ByteArrayOutputStream damaged = new ByteArrayOutputStream();
        int first = (int) seekable.entry(1).archiveOffset() + 30;
        int second = (int) seekable.entry(5).archiveOffset() + 30;
        damaged.write(archive.bytes(), 0, first);
        damaged.write(archive.bytes(), first + 3, second - first - 3);
        damaged.write(archive.bytes(), second + 5, archive.bytes().length - second - 5);
        ArchiveRecovery recovery = scan(damaged.toByteArray());
        assertThat(indices(recovery)).isEqualTo(allBut(1, 5));
        requireTrue(recovery, archive);
    }

    @Test
    void whatFollowsTheFooterDoesNotHideIt() throws IOException {
        TestArchive archive = eightFrames();
        ByteArrayOutputStream more = new ByteArrayOutputStream();
        more.writeBytes(archive.bytes());
        more.writeBytes(TestArchive.noise(1, 100_000));
        ArchiveRecovery recovery = scan(more.toByteArray());
        assertThat(indices(recovery)).isEqualTo(allBut());
        assertThat(recovery.originalBytes()).hasValue(archive.original().length);
        assertThat(recovery.damage())
                .containsExactly(new ByteRange(archive.bytes().length, archive.bytes().length + 100_000));
    }

    @Test
    void anArchiveInsideADamagedFrameIsNotTakenForItsOwner() throws IOException {
        TestArchive inner = eightFrames();
        TestArchive outer = TestArchive.builder(HEADER)
                .coded(FrameMethod.TOKENS, 1, TestArchive.text(1, 500))
                .stored(inner.bytes())
                .coded(FrameMethod.TOKENS, 1, TestArchive.text(2, 300))
                .build();
        assertThat(scan(outer.bytes()).frames()).hasSize(3);
        byte[] headDamaged = outer.bytes().clone();
        int secondHead = 9 + 25 + 20 + 250;
        headDamaged[secondHead + 5] ^= 1;
        assertThat(indices(scan(headDamaged))).isEqualTo(List.of(0, 2));
        // The footer gone too: the inner frames are whole frames, but nobody knows their place.
        ArchiveRecovery recovery = scan(Arrays.copyOf(headDamaged, headDamaged.length - 3));
        assertThat(recovery.frames().get(0).index()).hasValue(0);
        assertThat(recovery.frames().subList(1, recovery.frames().size()))
                .allMatch(frame ->
                        frame.index().isEmpty() && frame.originalOffset().isEmpty());
    }

    @Test
    void randomDamageNeverGivesWrongBytesNorLosesUntouchedFrames() throws IOException {
        for (int seed = 0; seed < 3000; seed++) {
            Random random = new Random(seed);
            TestArchive archive = TestArchive.random(seed % 30);
            byte[] damaged = HostileArchiveTest.damage(archive.bytes(), random);
            ArchiveRecovery recovery = scan(damaged);
            requireTrue(recovery, archive);
            SeekableArchive seekable = new SeekableArchive(new BytesSource(archive.bytes()));
            int prefix = Arrays.mismatch(damaged, archive.bytes());
            for (int i = 0; i < seekable.frames(); i++) {
                FrameEntry entry = seekable.entry(i);
                long end =
                        entry.archiveOffset() + entry.payloadBytes() + (entry.method() == FrameMethod.STORED ? 16 : 20);
                if (prefix < 0 || end <= prefix) {
                    assertThat(recovery.frames())
                            .as("seed %d frame %d", seed, i)
                            .anyMatch(found -> found.archiveOffset() == entry.archiveOffset());
                }
            }
        }
    }

    @Test
    void craftedMarksDoNotMakeTheWorkEndless() throws IOException {
        // A sound head of 1 MiB every 20 bytes, none with its payload; then ends of footers that are as long as can be.
        byte[] head = FrameCodec.writeHead(
                new CodedFrame(FrameMethod.CONTEXT_MIXING, 1, 1 << 20, 0, new byte[(1 << 20) - 1]));
        byte[] bytes = new byte[4 << 20];
        for (int at = 0; at + head.length <= bytes.length; at += head.length) {
            System.arraycopy(head, 0, bytes, at, head.length);
        }
        byte[] ends = new byte[4 << 20];
        for (int at = 0; at + 13 <= ends.length; at += 13) {
            ArchiveFormat.put(ends, at + 1, 4, 33 + 6L * (at / 6 < 33 ? 0 : (at - 33) / 6));
            ArchiveFormat.put(ends, at + 9, 4, ArchiveFormat.END);
        }
        Assertions.assertTimeout(Duration.ofSeconds(30), () -> {
            assertThat(scan(bytes).frames()).isEmpty();
            assertThat(scan(ends).frames()).isEmpty();
        });
    }

    @Test
    void nothingAtAllAndACompactArchiveHaveNoFrames() throws IOException {
        assertThat(scan(new byte[0]).frames()).isEmpty();
        ArchiveRecovery recovery = scan(CompactArchive.stored(new byte[50]).toBytes());
        assertThat(recovery.frames()).isEmpty();
        assertThat(recovery.header()).isEqualTo(Optional.empty());
        assertThat(recovery.frameCount()).isEqualTo(OptionalInt.empty());
    }
}
