package io.codelength.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.Shared;
import io.codelength.engine.cpu.CpuEngine;
import io.codelength.engine.cpu.NativeBuild;
import io.codelength.engine.cpu.NativeMixing;
import io.codelength.engine.pytorch.PyTorchEngine;
import io.codelength.engine.pytorch.PyTorchOptions;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.limit.Cancellation;
import io.codelength.mix.Mixing;
import io.codelength.mix.ReferenceMixing;
import io.codelength.model.ExactContents;
import io.codelength.model.ExactModel;
import io.codelength.model.ExactModelWriter;
import io.codelength.model.ImportOptions;
import io.codelength.model.ImportProgress;
import io.codelength.model.ModelImporter;
import io.codelength.model.ShippedModels;
import io.codelength.model.SourceModel;
import io.codelength.model.store.ModelFiles;
import io.codelength.predict.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/**
 * One choice of tier and lanes gives one archive: from every engine, with one thread and two, working on 1, 7 or 32 lanes at
 * a time, in one pass or stepped; and each decodes what the others wrote. With real models, where {@code CodecLawTest} has
 * small ones of our own.
 */
class RealModelLawTest {
    private static final List<Tier> MODEL_TIERS = List.of(Tier.MODEL, Tier.STANDARD, Tier.MAX);

    /** A way to compute, and how many of its lanes step together. */
    private record Way(String name, Engine engine, Mixing mixing, int batchLanes, LaneReader.Reading reading) {
        @Override
        public String toString() {
            return "%s, %d lanes at a time, %s".formatted(name, batchLanes, reading);
        }
    }

    @Test
    void theShippedModelWritesOneArchiveWhicheverWay() throws IOException {
        ExactModel base = ShippedModels.load(ShippedModels.find(1).orElseThrow());
        check(base, TestTexts.words(700, 41), List.of(1, 7), ways(true));
    }

    @Test
    void stories260kWritesOneArchiveWhicheverWay() throws IOException {
        byte[] text = excerpt("bench/canterbury/alice29.txt", 1800);
        check(imported("models/stories260K"), text, List.of(1, 32), ways(true));
    }

    @Test
    void smollm2WritesOneArchiveWhicheverWay() throws IOException {
        byte[] text = excerpt("bench/canterbury/fields.c", 200);
        ExactModel model = imported("models/smollm2-135m/SmolLM2-135M-Instruct.Q4_1.gguf");
        check(model, text, List.of(3), ways(false));
    }

    /** @param all whether the plain Java engine takes part, which needs a second for three tokens of a large model */
    private static List<Way> ways(boolean all) {
        List<Way> ways = new ArrayList<>();
        LaneReader.Reading onePass = LaneReader.Reading.ONE_PASS;
        LaneReader.Reading stepped = LaneReader.Reading.STEPPED;
        Mixing reference = new ReferenceMixing();
        if (NativeBuild.isHere()) {
            Mixing mixing = new NativeMixing();
            ways.add(new Way("cpu, 1 thread", new CpuEngine(1), mixing, 32, onePass));
            ways.add(new Way("cpu, 2 threads", new CpuEngine(2), mixing, 1, stepped));
            ways.add(new Way("cpu, 2 threads", new CpuEngine(2), mixing, 7, onePass));
        }
        ways.add(new Way("pytorch, 1 thread", new PyTorchEngine(PyTorchOptions.cpu(1)), reference, 32, onePass));
        if (all) {
            ways.add(new Way("pytorch, 2 threads", new PyTorchEngine(PyTorchOptions.cpu(2)), reference, 7, stepped));
            ways.add(new Way("reference, 1 thread", new ReferenceEngine(1), reference, 1, onePass));
            ways.add(new Way("reference, 2 threads", new ReferenceEngine(2), reference, 32, stepped));
        }
        return ways;
    }

    private static void check(ExactModel model, byte[] text, List<Integer> laneCounts, List<Way> ways) {
        assumeTrue(ways.size() > 1, "skipped: one engine alone has nobody to agree with");
        List<LoadedModel> loaded = new ArrayList<>();
        try {
            for (Way way : ways) {
                loaded.add(new LoadedModel(new OnePredictor(way.engine.load(model), true), way.mixing));
            }
            for (Tier tier : MODEL_TIERS) {
                for (int lanes : laneCounts) {
                    checkTier(tier, lanes, text, ways, loaded);
                }
            }
        } finally {
            loaded.forEach(one -> one.one().predictor().close());
            ways.forEach(way -> way.engine.close());
        }
    }

    private static void checkTier(Tier tier, int lanes, byte[] text, List<Way> ways, List<LoadedModel> loaded) {
        List<byte[]> archives = new ArrayList<>();
        for (int i = 0; i < ways.size(); i++) {
            Way way = ways.get(i);
            CompressionOptions options = new CompressionOptions(tier, OptionalInt.of(lanes), false, way.batchLanes);
            archives.add(Archives.compress(new Compressor(loaded.get(i), way.reading), loaded.get(i), text, options));
            assertThat(archives.get(i))
                    .as("tier %s, %d lanes: %s against %s", tier, lanes, way, ways.get(0))
                    .isEqualTo(archives.get(0));
        }
        byte[] archive = archives.get(0);
        assertThat(archive.length).as("coded, not stored").isLessThan(text.length);
        for (int i = 0; i < ways.size(); i++) {
            assertThat(Archives.restore(loaded.get(i), archive, ways.get(i).batchLanes))
                    .as("tier %s, %d lanes, decoded by %s", tier, lanes, ways.get(i))
                    .isEqualTo(text);
        }
    }

    private static byte[] excerpt(String file, int bytes) throws IOException {
        return Arrays.copyOf(Files.readAllBytes(Shared.require(file)), bytes);
    }

    private static ExactModel imported(String model) throws IOException {
        Path path = Shared.require(model);
        try (SourceModel source = ModelFiles.open(path)) {
            ExactContents contents =
                    new ModelImporter(2, ImportProgress.NONE, new Cancellation()).run(source, ImportOptions.DEFAULT);
            return contents.toModel(ExactModelWriter.fingerprint(contents), source.name());
        }
    }
}
