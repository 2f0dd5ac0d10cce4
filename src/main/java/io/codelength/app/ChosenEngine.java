package io.codelength.app;

import io.codelength.cli.UsageException;
import io.codelength.codec.EngineChoice;
import io.codelength.engine.pytorch.PyTorchEngine;
import io.codelength.engine.pytorch.PyTorchOptions;
import io.codelength.engine.pytorch.PyTorchOptions.DeviceChoice;
import io.codelength.engine.pytorch.PyTorchUnavailableException;
import io.codelength.engine.reference.ReferenceEngine;
import io.codelength.model.ExactModel;
import io.codelength.predict.Engine;
import io.codelength.predict.EngineMismatchException;
import io.codelength.predict.Predictor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The engine that a user chose, made when the first model is loaded. {@code auto} takes the quicker one and, where that
 * cannot be used, says so and goes on with plain Java: results are the same.
 */
final class ChosenEngine implements AutoCloseable {
    private static final String PYTORCH = "pytorch";
    private static final String REFERENCE = "reference";

    private final EngineChoice choice;
    private final Consumer<String> notes;
    private @Nullable Engine engine;

    private ChosenEngine(EngineChoice choice, Consumer<String> notes) {
        this.choice = choice;
        this.notes = notes;
    }

    /** @throws IllegalArgumentException if there is no such engine, naming those there are */
    static ChosenEngine of(EngineChoice choice, Consumer<String> notes) {
        return switch (choice.name()) {
            case "auto", PYTORCH, REFERENCE -> new ChosenEngine(choice, notes);
            case "cpu", "cuda" ->
                throw new IllegalArgumentException(
                        "engine '%s' needs native kernels, which this version does not have yet; choose auto, pytorch or reference"
                                .formatted(choice.name()));
            default ->
                throw new IllegalArgumentException(
                        "unknown engine '%s'; choose auto, pytorch or reference".formatted(choice.name()));
        };
    }

    Predictor load(ExactModel model) {
        if (!isAutomatic()) {
            return made().load(model);
        }
        try {
            return made().load(model);
        } catch (PyTorchUnavailableException | EngineMismatchException | LinkageError e) {
            fallBack(e);
            return made().load(model);
        }
    }

    String description() {
        return engine == null ? "none yet" : engine.description();
    }

    private boolean isAutomatic() {
        return !choice.name().equals(PYTORCH) && !choice.name().equals(REFERENCE);
    }

    private Engine made() {
        if (engine == null) {
            engine = choice.name().equals(REFERENCE) ? reference() : pytorch();
        }
        return engine;
    }

    private Engine pytorch() {
        return new PyTorchEngine(new PyTorchOptions(DeviceChoice.AUTO, choice.threads()));
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

    private Engine reference() {
        return new ReferenceEngine(threads(choice));
    }

    /** How many threads plain Java takes. */
    static int threads(EngineChoice choice) {
        return choice.threads() == 0 ? Runtime.getRuntime().availableProcessors() : choice.threads();
    }

    private void fallBack(Throwable why) {
        if (engine instanceof ReferenceEngine) {
            throw new IllegalStateException("plain Java does not reproduce the vectors", why);
        }
        close();
        notes.accept("PyTorch is not used here, plain Java is, with the same results: " + why.getMessage());
        engine = reference();
    }

    @Override
    public void close() {
        if (engine != null) {
            engine.close();
            engine = null;
        }
    }
}
