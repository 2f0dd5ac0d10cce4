package io.codelength.limit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.limit.MemoryBudget.Reservation;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    @Test
    @SuppressWarnings("try") // closing early, and twice, is what is tested
    void whatIsOnesOwnIsTakenFirstAndThenWhatIsCommon() {
        MemoryBudget common = new MemoryBudget(100);
        MemoryBudget one = new MemoryBudget(10, common);
        MemoryBudget other = new MemoryBudget(10, common);
        try (Reservation own = one.reserve(8, "a");
                Reservation more = one.reserve(95, "b")) {
            assertThat(common.usedBytes()).isEqualTo(95);
            assertThatThrownBy(() -> other.reserve(11, "c"))
                    .isInstanceOfSatisfying(LimitExceededException.class, refused -> {
                        assertThat(refused.requested()).isEqualTo(11);
                        assertThat(refused.allowed()).isEqualTo(10);
                        assertThat(refused.isOfTheMoment()).isTrue();
                    });
            other.reserve(10, "nobody takes what is another's own").close();
            other.reserve(5, "the rest of the common bytes").close();
            own.close();
            own.close();
            assertThat(one.usedBytes()).isZero();
            one.reserve(10, "given back once, there once").close();
            more.close();
        }
        assertThat(common.usedBytes()).isZero();
        assertThat(one.usedBytes()).isZero();
        assertThat(other.usedBytes()).isZero();
    }
}
