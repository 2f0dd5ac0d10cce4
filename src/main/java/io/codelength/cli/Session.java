package io.codelength.cli;

import io.codelength.codec.EngineChoice;
import io.codelength.limit.Cancellation;
import io.codelength.model.store.KnownModels;
import io.codelength.model.store.ModelStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What every command gets.
 *
 * @param environment the process's environment variables
 */
public record Session(Terminal terminal, Backend backend, Interruption interruption, Map<String, String> environment) {
    /** Environment variable that makes errors show where they come from. */
    static final String DEBUG_VARIABLE = "CODELENGTH_DEBUG";

    Cancellation cancellation() {
        return interruption.cancellation();
    }

    /** {@code $CODELENGTH_HOME}, or its default below the user's home. */
    public Path home() {
        return ModelStore.home(environment, Path.of(System.getProperty("user.home", ".")));
    }

    ModelStore store() {
        return new ModelStore(home());
    }

    /** Shipped and installed models. */
    public KnownModels models() {
        return new KnownModels(store());
    }

    /** @throws RuntimeException one that means exit code 2, if there is no such engine */
    public Backend.Predictors predictors(EngineChoice choice) {
        try {
            return backend.predictors(choice, models(), this::note);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** Tells the user something in passing, on standard error. */
    public void note(String sentence) {
        terminal.err().println("codelength: " + sentence);
    }

    /** Tells the user what was done, on standard error. */
    void say(String sentence) {
        terminal.err().println(sentence);
    }

    /** Something done to one file. */
    @FunctionalInterface
    interface FileAction {
        void apply(String file) throws IOException;
    }

    /**
     * Does it to one file after another. A file that fails is reported and the others still have their turn, unless the
     * user wants to stop.
     *
     * @return the exit code of the first file that failed, or 0
     */
    int forEach(List<String> files, FileAction action) {
        int code = ExitCode.DONE;
        for (String file : files) {
            try {
                action.apply(file);
            } catch (IOException | RuntimeException | OutOfMemoryError failure) {
                int reported = report(failure);
                code = code == ExitCode.DONE ? reported : code;
                if (cancellation().isCancelled()) {
                    return reported;
                }
            }
        }
        return code;
    }

    /** Tells the user why something did not work and returns the exit code for it. */
    int report(Throwable failure) {
        note(ExitCode.message(failure));
        String debug = environment.getOrDefault(DEBUG_VARIABLE, "");
        if (!debug.isEmpty() && !debug.equals("0")) {
            failure.printStackTrace(terminal.err());
        }
        return ExitCode.of(failure);
    }
}
