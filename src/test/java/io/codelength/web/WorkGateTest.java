package io.codelength.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.codelength.limit.LimitExceededException;
import io.codelength.limit.MemoryBudget;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class WorkGateTest {
    private static final int SHORT = 1000;
    private static final int LONG = (64 << 10) + 1;
    private static final int UNKNOWN = -1;

    private static WorkGate gate(int inFlight, long memoryBytes) {
        return new WorkGate(
                new ServiceLimits(1 << 20, 1 << 20, inFlight, 0, Duration.ZERO, memoryBytes),
                new SimpleMeterRegistry());
    }

    @Test
    void sixtyFourShortRequestsComputeAtOnceUnlessSomebodySaysOtherwise() {
        assertThat(ServiceLimits.defaults().inFlight()).isEqualTo(64);
        WorkGate gate = gate(ServiceLimits.defaults().inFlight(), 0);
        for (int i = 0; i < 64; i++) {
            gate.enter(SHORT);
        }
        assertThatThrownBy(() -> gate.enter(SHORT)).isInstanceOf(ServiceBusyException.class);
    }

    @Test
    void aLongRequestTakesAQuarterOfThePlaces() {
        for (int bytes : new int[] {LONG, UNKNOWN}) {
            WorkGate gate = gate(8, 0);
            List<WorkGate.Place> places = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                places.add(gate.enter(bytes));
            }
            WorkGate.Place small = gate.enter(SHORT);
            assertThatThrownBy(() -> gate.enter(bytes)).isInstanceOf(ServiceBusyException.class);
            gate.enter(SHORT);
            assertThatThrownBy(() -> gate.enter(SHORT)).isInstanceOf(ServiceBusyException.class);
            small.close();
            small.close();
            gate.enter(SHORT);
            assertThatThrownBy(() -> gate.enter(SHORT)).isInstanceOf(ServiceBusyException.class);
            places.get(0).close();
            gate.enter(bytes);
        }
    }

    @Test
    void allRequestsTogetherTakeNoMoreMemoryThanTheServiceHas() {
        WorkGate gate = gate(4, 800);
        MemoryBudget first = gate.enter(SHORT).memory();
        MemoryBudget second = gate.enter(SHORT).memory();
        first.reserve(400, "all that is common");
        first.reserve(100, "what came with the place");
        assertThatThrownBy(() -> first.reserve(1, "more")).isInstanceOf(LimitExceededException.class);
        second.reserve(100, "what came with the place");
        assertThatThrownBy(() -> second.reserve(1, "more")).isInstanceOf(LimitExceededException.class);
    }
}
