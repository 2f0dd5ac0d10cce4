package io.codelength.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class KernelSpeedTest {
    private final KernelSpeed speed = new KernelSpeed();

    @Test
    void everyPathHasASpeed() {
        assertThat(speed.paths()).isEqualTo(CpuEngine.paths());
        for (String path : speed.paths()) {
            assertThat(speed.peakOperations(path)).as(path).isPositive().isFinite();
            for (int bits : new int[] {8, 15}) {
                assertThat(speed.productOperations(path, 19, 33, bits, 5))
                        .as(path)
                        .isPositive()
                        .isFinite();
            }
        }
        assertThat(speed.memoryBytes()).isPositive().isFinite();
    }

    @Test
    void whatCannotBeMeasuredIsRefused() {
        String path = speed.paths().get(0);
        assertThatIllegalArgumentException().isThrownBy(() -> speed.peakOperations("none"));
        assertThatIllegalArgumentException().isThrownBy(() -> speed.productOperations("none", 1, 1, 8, 1));
        int[][] wrong = {{0, 1, 8, 1}, {1, 0, 8, 1}, {1, 1, 9, 1}, {1, 1, 8, 0}, {1, 1, 8, 65}, {1 << 19, 1, 8, 1}};
        for (int[] w : wrong) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> speed.productOperations(path, w[0], w[1], w[2], w[3]));
        }
    }
}
