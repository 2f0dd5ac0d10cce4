package io.codelength.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PairMergerTest {
    @Test
    void theQueueMergesAsTheSearchDoes() {
        for (int seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            PairMerger merger = new PairMerger(randomMerges(random));
            PairMerger.Scratch scratch = new PairMerger.Scratch();
            for (int text = 0; text < 4; text++) {
                int[] units = random.ints(random.nextInt(90), 0, 3 + random.nextInt(8))
                        .toArray();
                int[] plain = units.clone();
                int[] queued = units.clone();
                int[] chosen = units.clone();
                plain = Arrays.copyOf(plain, merger.mergePlainly(plain, plain.length, scratch));
                queued = Arrays.copyOf(queued, merger.mergeByQueue(queued, queued.length, scratch));
                chosen = Arrays.copyOf(chosen, merger.merge(chosen, chosen.length, scratch));
                assertThat(queued).as("seed %d", seed).isEqualTo(plain);
                assertThat(chosen).as("seed %d", seed).isEqualTo(plain);
            }
        }
    }

    @Test
    void theLeftmostOfEqualRanksIsFirst() {
        // 1 1 1: the pair at the left becomes 2, and nothing is left for the one at the right.
        PairMerger merger = new PairMerger(List.of(new Merge(1, 1, 2, 0), new Merge(1, 2, 3, 0)));
        int[] units = {1, 1, 1};
        assertThat(merger.merge(units, 3, new PairMerger.Scratch())).isEqualTo(2);
        assertThat(units).startsWith(2, 1);
    }

    @Test
    void nothingMergesWithoutRules() {
        PairMerger merger = new PairMerger(List.of());
        assertThat(merger.merge(new int[0], 0, new PairMerger.Scratch())).isZero();
        assertThat(merger.mergeByQueue(new int[] {5}, 1, new PairMerger.Scratch()))
                .isEqualTo(1);
        assertThat(merger.mergeByQueue(new int[] {5, 6}, 2, new PairMerger.Scratch()))
                .isEqualTo(2);
    }

    /** Any rules, whatever they would spell, with many equal ranks and results that are used again. */
    private static List<Merge> randomMerges(Random random) {
        List<Merge> merges = new ArrayList<>();
        Set<Long> pairs = new HashSet<>();
        int rank = 0;
        for (int index = 0; index < 40; index++) {
            int left = random.nextInt(16);
            int right = random.nextInt(16);
            if (pairs.add(16L * left + right)) {
                merges.add(new Merge(left, right, random.nextInt(16), rank));
                rank += random.nextInt(2);
            }
        }
        return merges;
    }
}
