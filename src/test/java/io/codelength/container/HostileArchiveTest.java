package io.codelength.container;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Damage gives an error that names the place, never wrong bytes, never a hang. */
class HostileArchiveTest {
    private static List<TestArchive> small() throws IOException {
        List<TestArchive> archives = new ArrayList<>();
        for (ModelReference model : TestArchive.MODELS) {
            archives.add(
                    TestArchive.builder(ArchiveHeader.withModel(model, 1024, 3).withMixing(22))
                            .stored(TestArchive.noise(1, 20))
                            .coded(FrameMethod.TOKENS, 2, TestArchive.text(2, 60))
                            .coded(FrameMethod.CONTEXT_MIXING, 1, TestArchive.text(3, 31))
                            .stored(TestArchive.noise(4, 1))
                            .build());
            byte[] text = TestArchive.text(5, 150);
            archives.add(new TestArchive(
                    text,
                    CompactArchive.coded(
                                    FrameMethod.TOKENS,
                                    archives.size() % 4 == 1,
                                    Optional.of(model),
                                    text,
                                    TestArchive.shrink(text))
                            .toBytes()));
        }
        DictionaryId dictionary = new DictionaryId(0x1f00a9c3);
        archives.add(
                TestArchive.builder(ArchiveHeader.WITHOUT_MODEL.withMixing(22).withDictionary(dictionary))
                        .coded(FrameMethod.CONTEXT_MIXING, 1, TestArchive.text(6, 90))
                        .build());
        byte[] record = TestArchive.text(7, 40);
        archives.add(new TestArchive(
                record,
                CompactArchive.coded(
                                FrameMethod.CONTEXT_MIXING,
                                false,
                                Optional.empty(),
                                Optional.of(dictionary),
                                record,
                                TestArchive.shrink(record))
                        .toBytes()));
        archives.add(TestArchive.builder(ArchiveHeader.WITHOUT_MODEL).build());
        for (int bytes : new int[] {0, 1, 127, 128, 300}) {
            byte[] noise = TestArchive.noise(bytes, bytes);
            archives.add(new TestArchive(noise, CompactArchive.stored(noise).toBytes()));
        }
        return archives;
    }

    @Test
    void flippingAnyBitIsDetected() throws IOException {
        for (TestArchive archive : small()) {
            byte[] bytes = archive.bytes();
            for (int bit = 0; bit < 8 * bytes.length; bit++) {
                byte[] damaged = bytes.clone();
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                requireRefused(damaged, "bit " + bit);
                assertThat(SlowReader.accepts(damaged)).as("bit %d", bit).isFalse();
            }
        }
    }

    @Test
    void truncatingAtEveryByteIsDetected() throws IOException {
        for (TestArchive archive : small()) {
            for (int length = 0; length < archive.bytes().length; length++) {
                requireRefused(Arrays.copyOf(archive.bytes(), length), "length " + length);
            }
        }
    }

    @Test
    void whateverFollowsTheEndIsDetected() throws IOException {
        for (TestArchive archive : small()) {
            for (int more : new int[] {1, 2, 13, 5000}) {
                requireRefused(Arrays.copyOf(archive.bytes(), archive.bytes().length + more), "zeros");
                byte[] twice = Arrays.copyOf(archive.bytes(), archive.bytes().length + more);
                System.arraycopy(
                        archive.bytes(), 0, twice, archive.bytes().length, Math.min(more, archive.bytes().length));
                requireRefused(twice, "twice");
            }
        }
    }

    @Test
    void flippingAnyTwoBitsOfAHeadIsDetected() throws IOException {
        byte[] bytes = TestArchive.builder(ArchiveHeader.withModel(TestArchive.MODELS.get(0), 1024, 0)
                        .withMixing(22))
                .coded(FrameMethod.TOKENS, 2, TestArchive.text(2, 60))
                .build()
                .bytes();
        byte[] head = Arrays.copyOfRange(bytes, 18, 38);
        assertThat(FrameCodec.soundHead(head)).isPresent();
        for (int first = 0; first < 8 * head.length; first++) {
            for (int second = first + 1; second < 8 * head.length; second++) {
                byte[] damaged = head.clone();
                damaged[first / 8] ^= (byte) (1 << first % 8);
                damaged[second / 8] ^= (byte) (1 << second % 8);
                // A method changed from coded to stored moves the checksum; even then it does not fit.
                assertThat(FrameCodec.soundHead(damaged).isPresent())
                        .as("bits %d and %d", first, second)
                        .isFalse();
            }
        }
    }

    @Test
    void thousandsOfRandomDamagesAreDetected() throws IOException {
        for (int seed = 0; seed < 4000; seed++) {
            Random random = new Random(seed);
            TestArchive archive = TestArchive.random(seed % 40);
            byte[] damaged = damage(archive.bytes(), random);
            if (!Arrays.equals(damaged, archive.bytes())) {
                requireRefused(damaged, "seed " + seed);
            }
        }
    }

    @Test
    void randomBytesAfterAMagicEndInAnError() {
        Random random = new Random(7);
        for (int i = 0; i < 10_000; i++) {
            byte[] bytes = new byte[random.nextInt(80)];
            random.nextBytes(bytes);
            byte[] start = i % 2 == 0
                    ? new byte[] {(byte) 0xC1, 0x4C, 0x4E, 1}
                    : new byte[] {(byte) 0x9E, (byte) 0xB1, (byte) (i / 2 % 4)};
            System.arraycopy(start, 0, bytes, 0, Math.min(start.length, bytes.length));
            requireRefused(bytes, "case " + i);
        }
    }

    @Test
    void errorsNameTheArchiveTheFrameTheOffsetAndWhatToDo() throws IOException {
        byte[] bytes = small().get(0).bytes().clone();
        int secondFrame = 9 + 9 + 16 + 20;
        bytes[secondFrame + 21] ^= 4;
        assertThatThrownBy(() -> TestArchive.restore("notes.clen", bytes))
                .isInstanceOfSatisfying(CorruptContainerException.class, e -> {
                    assertThat(e.offset()).isEqualTo(secondFrame);
                    assertThat(e.frame()).hasValue(1);
                })
                .hasMessageStartingWith("notes.clen: frame 1 (offset 54): payload checksum mismatch, expected ")
                .hasMessageEndingWith("`codelength recover` brings back frame 0 and those after the damage.");
        assertThatThrownBy(() ->
                        TestArchive.restore("notes.txt", "To whom it may concern".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(CorruptContainerException.class)
                .hasMessage("notes.txt: not a Codelength archive, or its first bytes are damaged.");
    }

    @Test
    void unknownMethodsAndVersionsAreRefusedByNumber() throws IOException {
        byte[] method = small().get(0).bytes().clone();
        int head = 9 + 9 + 16 + 20;
        method[head + 4] = (byte) ((method[head + 4] & ~7) | 4);
        ArchiveFormat.put(method, head + 18, 2, Checksums.crc16(method, head + 4, 14));
        assertThatThrownBy(() -> TestArchive.restore("a.clen", method))
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessageContaining("frame 1 has method 4; this program reads methods 0 to 3 and 5 to 7");
        byte[] version = small().get(0).bytes().clone();
        version[3] = 2;
        assertThatThrownBy(() -> TestArchive.restore("a.clen", version))
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessageContaining("format version 2; this program reads version 1");
        byte[] compact = CompactArchive.stored(new byte[3]).toBytes();
        compact[1]++;
        assertThatThrownBy(() -> TestArchive.restore("a.clen", compact))
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessageContaining("compact format version 2");
    }

    @Test
    void aPayloadThatDecodesToOtherBytesIsNotTakenForTheOriginal() throws IOException {
        TestArchive archive = small().get(0);
        ArchiveReader reader = new ArchiveReader("a.clen", new ByteArrayInputStream(archive.bytes()));
        int coded = 0;
        for (Optional<LocatedFrame> next = reader.next(); next.isPresent(); next = reader.next()) {
            LocatedFrame located = next.get();
            if (located.frame() instanceof CodedFrame) {
                byte[] restored = TestArchive.restore(located.frame());
                restored[0] ^= 1;
                assertThatThrownBy(() -> located.checkRestored("a.clen", restored))
                        .isInstanceOf(CorruptContainerException.class)
                        .hasMessageContaining("the model or the engine differs");
                coded++;
            }
        }
        assertThat(coded).isPositive();
    }

    static byte[] damage(byte[] whole, Random random) {
        byte[] bytes = whole.clone();
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(6)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes = Arrays.copyOf(bytes, at);
            case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(3000)), (byte) 0);
            case 3 -> {
                byte[] noise = new byte[1 + random.nextInt(100)];
                random.nextBytes(noise);
                System.arraycopy(noise, 0, bytes, at, Math.min(noise.length, bytes.length - at));
            }
            case 4 -> {
                int lost = Math.min(bytes.length - at, 1 + random.nextInt(3000));
                byte[] shorter = new byte[bytes.length - lost];
                System.arraycopy(bytes, 0, shorter, 0, at);
                System.arraycopy(bytes, at + lost, shorter, at, shorter.length - at);
                bytes = shorter;
            }
            default -> {
                byte[] longer = new byte[bytes.length + 1 + random.nextInt(3000)];
                random.nextBytes(longer);
                System.arraycopy(bytes, 0, longer, 0, at);
                System.arraycopy(bytes, at, longer, longer.length - (bytes.length - at), bytes.length - at);
                bytes = longer;
            }
        }
        return bytes;
    }

    private static void requireRefused(byte[] damaged, String how) {
        try {
            TestArchive.restore("a.clen", damaged);
            fail("%s: accepted", how);
        } catch (CorruptContainerException | UnsupportedFormatException e) {
            assertThat(e).hasMessageStartingWith("a.clen: ");
        } catch (IOException e) {
            fail(how, e);
        }
        try {
            BytesSource source = new BytesSource(damaged);
            if (ArchiveForm.of(source) == ArchiveForm.FULL) {
                SeekableArchive archive = new SeekableArchive(source);
                for (int i = 0; i < archive.frames(); i++) {
                    LocatedFrame located = archive.read(i);
                    located.checkRestored("a.clen", TestArchive.restore(located.frame()));
                }
                fail("%s: accepted by the seeking reader", how);
            } else {
                ArchiveSummary.of(source);
            }
        } catch (CorruptContainerException | UnsupportedFormatException e) {
            assertThat(e).hasMessageStartingWith("a.clen: ");
        } catch (IOException e) {
            fail(how, e);
        }
    }
}
