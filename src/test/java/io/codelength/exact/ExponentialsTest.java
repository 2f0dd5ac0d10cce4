package io.codelength.exact;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ExponentialsTest {
    @Test
    void theTableHasTheHashOfTheDocument() throws NoSuchAlgorithmException {
        int[] table = Exponentials.table();
        ByteBuffer bytes = ByteBuffer.allocate(4 * table.length);
        bytes.asIntBuffer().put(table);
        byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes.array());
        assertThat(HexFormat.of().formatHex(hash)).isEqualTo(Exponentials.SHA_256);
    }

    @Test
    void everyEntryIsThePowerRoundedInDecimals() {
        MathContext context = new MathContext(50);
        // 2^(−1/1024) by ten square roots, then by multiplication: nothing of the table's own way.
        BigDecimal step = new BigDecimal("0.5");
        for (int i = 0; i < 10; i++) {
            step = step.sqrt(context);
        }
        BigDecimal power = BigDecimal.valueOf(1 << 30);
        for (int i = 0; i < Exponentials.ENTRIES; i++) {
            assertThat(Exponentials.at(i))
                    .as("entry %d", i)
                    .isEqualTo(power.setScale(0, RoundingMode.HALF_EVEN).intValueExact());
            power = power.multiply(step, context);
        }
    }

    @Test
    void roundingByAdditionIsRintWithinItsRange() {
        Random random = new Random(1);
        for (int i = 0; i < 1_000_000; i++) {
            float value = (random.nextFloat() - 0.5f) * 0x1p22f * random.nextFloat();
            float tie = (float) (Math.floor(value) + 0.5);
            assertThat(Exponentials.rint(value)).isEqualTo((int) Math.rint(value));
            assertThat(Exponentials.rint(tie)).isEqualTo((int) Math.rint(tie));
        }
        assertThat(Exponentials.rint(0x1p-149f)).isZero();
        assertThat(Exponentials.rint(-0f)).isZero();
    }

    @Test
    void differencesBeyondTheTableGetItsLastEntryWhichIsOne() {
        assertThat(Exponentials.decay(Exponentials.LAST)).isEqualTo(1);
        assertThat(Exponentials.decay(Float.MAX_VALUE)).isEqualTo(1);
        assertThat(Exponentials.decay(0)).isEqualTo(Exponentials.ONE);
    }
}
