package io.codelength.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.exact.Exponentials;
import org.junit.jupiter.api.Test;

/** Vocabularies that cannot spell every byte have symbols without a row in the head (see {@code token.Alphabet}). */
class RowlessSymbolsTest {
    @Test
    void symbolsWithoutARowHaveFrequencyOneAndRowsOfOneSymbolAreAdded() {
        CumulativeFrequencies row = new CumulativeFrequencies(new int[] {1, 1, 4}, 6);
        for (int round = 0; round < 2; round++) {
            row.fill(new float[] {0, 1024, 2048}, 0);
            long[] expected = {1, Exponentials.ONE / 4 + Exponentials.ONE / 2, 1, 1, Exponentials.ONE, 1};
            long total = 0;
            for (int symbol = 0; symbol < 6; symbol++) {
                assertThat(row.below(symbol)).isEqualTo(total);
                assertThat(row.frequency(symbol)).isEqualTo(expected[symbol]);
                assertThat(row.find(total)).isEqualTo(symbol);
                total += expected[symbol];
                assertThat(row.find(total - 1)).isEqualTo(symbol);
            }
            assertThat(row.total()).isEqualTo(total);
        }
    }

    @Test
    void asManyRowsAsSymbolsMayStillLeaveOneWithout() {
        CumulativeFrequencies row = new CumulativeFrequencies(new int[] {0, 0, 2}, 3);
        row.fill(new float[] {0, 0, 0}, 0);
        assertThat(row.frequency(0)).isEqualTo(2L * Exponentials.ONE);
        assertThat(row.frequency(1)).isEqualTo(1);
        assertThat(row.frequency(2)).isEqualTo(Exponentials.ONE);
    }
}
