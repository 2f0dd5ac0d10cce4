package io.codelength.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.coding.IntervalSequence;
import io.codelength.coding.RangeDecoder;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.limit.CallScope;
import io.codelength.model.ExactModel;
import io.codelength.predict.DecodingSink;
import io.codelength.predict.FrequencyRow;
import io.codelength.predict.PredictionStream;
import io.codelength.predict.Predictor;
import io.codelength.predict.RandomExactModels;
import io.codelength.predict.schedule.SchedulingLimits;
import io.codelength.predict.schedule.SchedulingPredictor;
import io.codelength.predict.schedule.SchedulingStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Range coding beside the pass, in native code. */
class NativeCodingTest {
    private static final CallScope SCOPE = CallScope.withMemory(Long.MAX_VALUE);

    @BeforeAll
    static void kernelsAreBuilt() {
        assumeTrue(NativeBuild.isHere(), "this build has no native kernels");
    }

    static Stream<String> paths() {
        return CpuEngine.paths().stream();
    }

    @ParameterizedTest
    @MethodSource("paths")
    void bytesSymbolsAndErrorsAreThoseOfJava(String path) {
        for (ExactModel model : CodingLaws.models()) {
            try (ReferenceEngine engine = new ReferenceEngine(1);
                    Predictor rows = engine.load(model);
                    Predictor coding = new CpuPredictor(model, path, 2)) {
                CodingLaws.codesAsRowsInJavaDo(rows, coding, 1);
            }
        }
    }

    @Test
    void theSchedulerHandsSymbolsAndIntervalsOn() {
        ExactModel model = CodingLaws.models().get(0);
        try (ReferenceEngine engine = new ReferenceEngine(1);
                Predictor rows = engine.load(model);
                Predictor coding = scheduled(model)) {
            CodingLaws.codesAsRowsInJavaDo(rows, coding, 2);
        }
    }

    /** Callers with sound payloads, with damaged ones and with sinks that take rows share passes. */
    @Test
    void aDamagedPayloadEndsItsOwnCallersCallAndNoOther() throws Exception {
        ExactModel model = RandomExactModels.tiny();
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try (ReferenceEngine engine = new ReferenceEngine(1);
                Predictor rows = engine.load(model);
                Predictor shared = scheduled(model)) {
            List<CodingLaws.Coded> inputs = new ArrayList<>();
            List<CodingLaws.Decoded> expected = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                Random random = new Random(i);
                CodingLaws.Coded coded = CodingLaws.encode(rows, shared, 1 + random.nextInt(20), random);
                inputs.add(i % 3 == 0 ? coded.damaged(random) : coded);
                expected.add(CodingLaws.decode(rows, inputs.get(i), false));
            }
            List<Future<CodingLaws.Decoded>> found = new ArrayList<>();
            for (CodingLaws.Coded coded : inputs) {
                found.add(threads.submit(() -> CodingLaws.decode(shared, coded, false)));
            }
            for (int i = 0; i < found.size(); i++) {
                assertThat(found.get(i).get()).as("caller %d", i).isEqualTo(expected.get(i));
            }
        } finally {
            threads.shutdown();
        }
    }

    private static Predictor scheduled(ExactModel model) {
        return new SchedulingPredictor(
                new CpuPredictor(model, CpuEngine.paths().get(0), 2),
                new SchedulingLimits(48, 100, 100),
                System::nanoTime,
                new SchedulingStatistics());
    }

    /** What a step is for differs from item to item, as where frames of two methods decode together. */
    @Test
    void itemsWithoutADecoderGetTheirRows() {
        ExactModel model = RandomExactModels.tiny();
        try (ReferenceEngine engine = new ReferenceEngine(1);
                Predictor rows = engine.load(model);
                Predictor coding = new CpuPredictor(model, CpuEngine.paths().get(0), 1)) {
            byte[] payload =
                    CodingLaws.encode(rows, coding, 1, new Random(3)).payloads().get(0);
            for (Predictor predictor : List.of(rows, coding)) {
                RangeDecoder decoder = new RangeDecoder(payload, 0, payload.length);
                List<PredictionStream> streams = new ArrayList<>();
                for (int i = 0; i < 5; i++) {
                    streams.add(predictor.open(4, SCOPE));
                }
                int[] start = {50, 50, 50, 50, 50};
                int[] found = new int[5];
                predictor.step(
                        streams,
                        start,
                        new DecodingSink() {
                            @Override
                            public Optional<RangeDecoder> decoder(int item) {
                                return item % 2 == 1 ? Optional.of(decoder) : Optional.empty();
                            }

                            @Override
                            public void decoded(int item, int symbol) {
                                found[item] = symbol + 1;
                            }

                            @Override
                            public void accept(int item, int index, FrequencyRow row) {
                                if (item % 2 == 1) {
                                    decoded(item, DecodingSink.decode(decoder, row));
                                } else {
                                    found[item] = -1;
                                }
                            }
                        },
                        SCOPE);
                assertThat(found[0]).isEqualTo(-1);
                assertThat(found[2]).isEqualTo(-1);
                assertThat(found[4]).isEqualTo(-1);
                assertThat(found[1]).isPositive();
                assertThat(found[3]).isPositive();
                streams.forEach(PredictionStream::close);
            }
        }
    }

    @Test
    void noSequencesAndEmptyOnesMakeNoBytes() {
        try (Predictor coding = new CpuPredictor(RandomExactModels.tiny(), "scalar", 1)) {
            assertThat(coding.encode(List.of())).isEmpty();
            assertThat(coding.encode(List.of(new IntervalSequence(0), new IntervalSequence(3))))
                    .containsExactly(new byte[0], new byte[0]);
        }
    }

    @Test
    void aSymbolThatIsNoneIsRefusedBeforeAnyMemoryIsTouched() {
        ExactModel model = RandomExactModels.tiny();
        try (Predictor coding = new CpuPredictor(model, "scalar", 1);
                PredictionStream stream = coding.open(4, SCOPE)) {
            IntervalSequence sequence = new IntervalSequence(1);
            assertThatThrownBy(() -> sequence.add(3, 2, 4)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> sequence.add(0, 1, 1L << 48)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(
                            () -> coding.step(List.of(stream), new int[1], new SymbolSink(model.symbolCount()), SCOPE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("code 1");
        }
    }
}
