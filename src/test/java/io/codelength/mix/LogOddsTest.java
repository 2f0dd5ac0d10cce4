package io.codelength.mix;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LogOddsTest {
    @Test
    void oddsAreLogarithmsToWithinAUnit() {
        Random random = new Random(1);
        for (int i = 0; i < 200_000; i++) {
            long one = 1 + (random.nextLong() >>> (16 + random.nextInt(48)));
            long zero = 1 + (random.nextLong() >>> (16 + random.nextInt(48)));
            double exact = 256 * Math.log((double) one / zero);
            double limited = Math.max(-LogOdds.MAX, Math.min(LogOdds.MAX, exact));
            assertThat((double) LogOdds.of(one, zero))
                    .as("%d to %d", one, zero)
                    .isBetween(limited - 0.6, limited + 0.6);
        }
    }

    @Test
    void theLimitsOfTheDomainWork() {
        assertThat(LogOdds.of(1, 1)).isZero();
        assertThat(LogOdds.of(1L << 48, 1)).isEqualTo(LogOdds.MAX);
        assertThat(LogOdds.of(1, 1L << 48)).isEqualTo(-LogOdds.MAX);
    }

    @Test
    void noEntryOfTheTableDependsOnTheLastBitOfALogarithm() {
        for (int m = 0; m < 4096; m++) {
            double scaled = 65536 * StrictMath.log(1 + (m + 0.5) / 4096);
            assertThat(Math.abs(scaled - Math.floor(scaled) - 0.5)).isGreaterThan(1e-9);
        }
    }
}
