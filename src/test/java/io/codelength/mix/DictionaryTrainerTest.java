package io.codelength.mix;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.limit.Cancellation;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DictionaryTrainerTest {
    /** Lines of a few kinds, some of them rare, with numbers in them. */
    private static List<byte[]> lines(int count, long seed) {
        Random random = new Random(seed);
        List<byte[]> lines = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String line = switch (random.nextInt(12)) {
                case 0 -> "ERROR connection to 10.0.0.%d was reset by peer".formatted(random.nextInt(256));
                case 1, 2, 3 -> "WARN  retry %d of 5 in %d ms".formatted(random.nextInt(5), random.nextInt(900));
                default -> "INFO  request %08x served in %d us".formatted(random.nextInt(), random.nextInt(90));
            };
            lines.add(line.getBytes(StandardCharsets.UTF_8));
        }
        return lines;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    @Test
    void aDictionaryHasAllKindsInLittleRoomAndTheMostUsefulLast() {
        String text = text(DictionaryTrainer.train(lines(2000, 1), 400));
        assertThat(text.length()).isBetween(300, 400);
        assertThat(text).contains("ERROR connection to 10.0.0.", "WARN  retry ", "INFO  request ");
        assertThat(text.substring(text.lastIndexOf('\n', text.length() - 2) + 1))
                .startsWith("INFO");
    }

    @Test
    void wholeLinesAreKeptAndNoneTwice() {
        List<byte[]> lines = lines(500, 2);
        lines.addAll(lines(500, 2));
        List<String> known = lines.stream().map(DictionaryTrainerTest::text).toList();
        String[] chosen = text(DictionaryTrainer.train(lines, 5000)).split("\n", 0);
        assertThat(chosen).doesNotHaveDuplicates().isSubsetOf(known);
    }

    @Test
    void theSameSamplesGiveTheSameDictionary() {
        assertThat(DictionaryTrainer.train(lines(1500, 3), 3000))
                .isEqualTo(DictionaryTrainer.train(lines(1500, 3), 3000));
    }

    @Test
    void everythingIsTakenWhereThereIsRoom() {
        List<byte[]> lines = lines(100, 4);
        int bytes = lines.stream()
                .map(DictionaryTrainerTest::text)
                .distinct()
                .mapToInt(line -> line.length() + 1)
                .sum();
        assertThat(DictionaryTrainer.train(lines, 1 << 20)).hasSize(bytes);
    }

    @Test
    void longSamplesAreCutAndWhatFitsNowhereIsLeftOut() {
        byte[] noise = new byte[100_000];
        new Random(5).nextBytes(noise);
        byte[] dictionary = DictionaryTrainer.train(List.of(noise, "short".getBytes(StandardCharsets.UTF_8)), 2000);
        assertThat(dictionary.length).isBetween(1000, 2000);
        assertThat(DictionaryTrainer.train(List.of(new byte[0]), 2000)).isEmpty();
        assertThat(DictionaryTrainer.train(List.of(Arrays.copyOf(noise, 300)), 256))
                .isEmpty();
    }

    @Test
    void trainingBeatsTakingTheLastSamples() {
        List<byte[]> lines = lines(3000, 6);
        // What came last is of one kind.
        for (int i = 0; i < 200; i++) {
            lines.add("DEBUG heartbeat %d".formatted(i).getBytes(StandardCharsets.UTF_8));
        }
        StringBuilder joined = new StringBuilder();
        lines.forEach(line -> joined.append(text(line)).append('\n'));
        byte[] samples = joined.toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] last = Arrays.copyOfRange(samples, samples.length - 2000, samples.length);
        assertThat(cost(DictionaryTrainer.train(lines, 2000))).isLessThan(cost(last));
    }

    private static int cost(byte[] dictionary) {
        Mixing mixing = new ReferenceMixing().taughtBy(dictionary);
        return lines(40, 7).stream()
                .mapToInt(line -> mixing.encode(line, 22, new Cancellation()).length)
                .sum();
    }
}
