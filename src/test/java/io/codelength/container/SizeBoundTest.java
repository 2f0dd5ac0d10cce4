package io.codelength.container;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bounds that docs/format.md proves under "Sizes". */
class SizeBoundTest {
    private static final int MIB = 1 << 20;
    private static final ArchiveHeader LONGEST =
            ArchiveHeader.withModel(TestArchive.MODELS.get(1), 1024, 5).withMixing(22);

    private static long allowed(long originalBytes) {
        return originalBytes + 64 + 32 * (originalBytes / MIB);
    }

    @Test
    void whatIsStoredGrowsBy64BytesAnd32PerMebibyteAtMost() throws IOException {
        byte[] noise = new byte[MIB];
        for (ArchiveHeader header : List.of(LONGEST, ArchiveHeader.WITHOUT_MODEL)) {
            for (int mebibytes = 0; mebibytes <= 12; mebibytes++) {
                for (int more : new int[] {-1, 0, 1, 2049, 300_000}) {
                    int bytes = mebibytes * MIB + more;
                    if (bytes < 0) {
                        continue;
                    }
                    ArchiveWriter writer = new ArchiveWriter(OutputStream.nullOutputStream(), header);
                    for (int left = bytes; left > 0; left -= MIB) {
                        writer.append(new StoredFrame(Arrays.copyOf(noise, Math.min(left, MIB))));
                    }
                    assertThat(writer.finish(new byte[32]))
                            .as("%d bytes", bytes)
                            .isLessThanOrEqualTo(allowed(bytes));
                }
            }
        }
    }

    @Test
    void whateverPaysIsCodedAndTheBoundStillHolds() throws IOException {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            ArchiveWriter writer = new ArchiveWriter(OutputStream.nullOutputStream(), LONGEST);
            int frameBytes = random.nextBoolean() ? 1 + random.nextInt(5000) : 1 << 18;
            long originalBytes = 0;
            long payloadBytes = 0;
            int coded = 0;
            int frames = random.nextInt(60);
            for (int i = 0; i < frames; i++) {
                int saved = 20 + random.nextInt(90);
                byte[] payload = new byte[Math.max(0, frameBytes - saved)];
                if (writer.pays(frameBytes, payload.length)) {
                    writer.append(new CodedFrame(FrameMethod.TOKENS, 1, frameBytes, 0, payload));
                    coded++;
                    payloadBytes += payload.length;
                } else {
                    writer.append(new StoredFrame(new byte[frameBytes]));
                    payloadBytes += frameBytes;
                }
                originalBytes += frameBytes;
            }
            long archiveBytes = writer.finish(new byte[32]);
            assertThat(archiveBytes).as("seed %d, %d coded", seed, coded).isLessThanOrEqualTo(allowed(originalBytes));
            assertThat(archiveBytes - payloadBytes)
                    .as("seed %d: all but payload", seed)
                    .isLessThanOrEqualTo(92 + 26L * writer.frames());
        }
    }

    @Test
    void writersHoldNothingBackForEver() throws IOException {
        ArchiveWriter writer = new ArchiveWriter(OutputStream.nullOutputStream(), LONGEST);
        for (int i = 0; i < 7; i++) {
            writer.append(new StoredFrame(new byte[MIB]));
        }
        assertThat(writer.writtenBytes()).isGreaterThan(5L * MIB);
    }
}
