package io.codelength.app;

import io.codelength.cli.UsageException;
import io.codelength.codec.EngineChoice;
import io.codelength.engine.cpu.CpuEngine;
import io.codelength.engine.cpu.CpuUnavailableException;
import io.codelength.engine.cpu.DeviceKernels;
import io.codelength.engine.cpu.NativeMixing;
import io.codelength.engine.cuda.CudaEngine;
import io.codelength.engine.pytorch.PyTorchEngine;
import io.codelength.engine.pytorch.PyTorchOptions;
import io.codelength.engine.pytorch.PyTorchOptions.DeviceChoice;
import io.codelength.engine.pytorch.PyTorchUnavailableException;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.mix.Mixing;
import io.codelength.mix.ReferenceMixing;
import io.codelength.model.ExactModel;
import io.codelength.predict.Engine;
import io.codelength.predict.EngineMismatchException;
import io.codelength.predict.Predictor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The engine that a user chose, made when the first model is loaded. {@code auto} takes the quickest that can be used here,
 * and says so where that is not the quickest there is: results are the same.
 */
final class ChosenEngine implements AutoCloseable {
    private static final String AUTO = "auto";
    private static final String CPU = "cpu";
    private static final String CUDA = "cuda";
    private static final String PYTORCH = "pytorch";
    private static final String REFERENCE = "reference";
    private static final String ALL = "auto, cpu, cuda, pytorch or reference";

    /** What follows the colon of {@code cpu:PATH} names a code path of the kernels, for tests and measurements. */
    private static final String CPU_PATH = CPU + ":";

    private final EngineChoice choice;
    private final Consumer<String> notes;
    private final Deque<String> candidates;
    private @Nullable Engine engine;

    private ChosenEngine(EngineChoice choice, List<String> candidates, Consumer<String> notes) {
        this.choice = choice;
        this.candidates = new ArrayDeque<>(candidates);
        this.notes = notes;
    }

    /** @throws IllegalArgumentException if there is no such engine, naming those there are */
    static ChosenEngine of(EngineChoice choice, Consumer<String> notes) {
        String name = choice.name();
        if (name.equals(AUTO)) {
            return new ChosenEngine(choice, List.of(CUDA, CPU, PYTORCH, REFERENCE), notes);
        }
        if (List.of(CPU, CUDA, PYTORCH, REFERENCE).contains(name) || name.startsWith(CPU_PATH)) {
            return new ChosenEngine(choice, List.of(name), notes);
        }
        throw new IllegalArgumentException("unknown engine '%s'; choose %s".formatted(name, ALL));
    }

    Predictor load(ExactModel model) {
        while (true) {
            try {
                return made().load(model);
            } catch (CpuUnavailableException
                    | PyTorchUnavailableException
                    | EngineMismatchException
                    | LinkageError failure) {
                if (candidates.size() == 1) {
                    throw failure;
                }
                close();
                String failed = candidates.remove();
                notes.accept("engine %s is not used here, %s is, with the same results: %s"
                        .formatted(failed, candidates.element(), failure.getMessage()));
            }
        }
    }

    String description() {
        return engine == null ? "none yet" : engine.description();
    }

    private Engine made() {
        if (engine == null) {
            // Most machines have no such device, and nobody asked for it: no reason for a note.
            if (candidates.size() > 1 && candidates.element().equals(CUDA) && !DeviceKernels.driverIsThere()) {
                candidates.remove();
            }
            engine = make(candidates.element());
        }
        return engine;
    }

    private Engine make(String name) {
        return switch (name) {
            case CPU -> new CpuEngine(threads(choice));
            case CUDA -> new CudaEngine();
            case PYTORCH -> new PyTorchEngine(new PyTorchOptions(DeviceChoice.AUTO, choice.threads()));
            case REFERENCE -> new ReferenceEngine(threads(choice));
            default -> new CpuEngine(name.substring(CPU_PATH.length()), threads(choice));
        };
    }

    /**
     * How float32 is computed, for which there is PyTorch alone.
     *
     * @throws UsageException if another engine was asked for
     */
    static PyTorchOptions forFloat(EngineChoice choice) {
        if (!choice.name().equals("auto") && !choice.name().equals(PYTORCH)) {
            throw new UsageException(
                    "--arithmetic float is computed by PyTorch only, not by engine '%s'; leave --engine out or choose pytorch"
                            .formatted(choice.name()));
        }
        return new PyTorchOptions(DeviceChoice.AUTO, choice.threads());
    }

    /** What mixes contexts, the same bytes whichever it is: native code where there is some, unless plain Java was asked for. */
    static Mixing mixing(EngineChoice choice, Consumer<String> notes) {
        if (choice.name().equals(REFERENCE)) {
            return new ReferenceMixing();
        }
        try {
            return new NativeMixing();
        } catch (CpuUnavailableException e) {
            notes.accept(
                    "contexts are mixed in plain Java, with the same results but much more slowly: " + e.getMessage());
            return new ReferenceMixing();
        }
    }

    /** How many threads plain Java and the native kernels take. */
    static int threads(EngineChoice choice) {
        return choice.threads() == 0 ? Runtime.getRuntime().availableProcessors() : choice.threads();
    }

    @Override
    public void close() {
        if (engine != null) {
            engine.close();
            engine = null;
        }
    }
}
