package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.codec.EngineChoice;
import io.codelength.engine.cpu.CpuUnavailableException;
import io.codelength.engine.cpu.DeviceKernels;
import io.codelength.engine.cpu.NativeBuild;
import io.codelength.predict.Predictor;
import io.codelength.predict.RandomExactModels;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChosenEngineTest {
    @Test
    void autoWithoutADeviceTakesTheProcessorWithoutAWord() {
        assumeFalse(DeviceKernels.driverIsThere(), "there is a device driver");
        assumeTrue(NativeBuild.isHere(), "this build has no native kernels");
        List<String> notes = new ArrayList<>();
        try (ChosenEngine engine = ChosenEngine.of(new EngineChoice("auto", 1), notes::add);
                Predictor predictor = engine.load(RandomExactModels.tiny())) {
            assertThat(predictor.model().name()).isEqualTo("random-7");
            assertThat(engine.description()).startsWith("native kernels");
            assertThat(notes).isEmpty();
        }
    }

    @Test
    void cudaWithoutADeviceIsRefusedSayingWhatToDo() {
        assumeFalse(DeviceKernels.driverIsThere(), "there is a device driver");
        List<String> notes = new ArrayList<>();
        try (ChosenEngine engine = ChosenEngine.of(new EngineChoice("cuda", 1), notes::add)) {
            assertThatThrownBy(() -> engine.load(RandomExactModels.tiny()))
                    .isInstanceOf(CpuUnavailableException.class)
                    .hasMessageContaining("NVIDIA's driver")
                    .hasMessageContaining("choose cpu, pytorch or reference");
            assertThat(notes).isEmpty();
        }
    }

    @Test
    void anUnknownEngineIsRefusedNamingThoseThereAre() {
        assertThatThrownBy(() -> ChosenEngine.of(new EngineChoice("abacus", 1), note -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("abacus")
                .hasMessageContaining("auto, cpu, cuda, pytorch or reference");
    }
}
