package io.codelength.cli;

import io.codelength.codec.EngineChoice;
import io.codelength.limit.CallScope;
import io.codelength.limit.MemoryBudget;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of every command that computes predictions. None of them changes a byte of any result. */
final class EngineOptions {
    @Option(
            names = "--engine",
            paramLabel = "E",
            defaultValue = "auto",
            description = "What computes: auto, pytorch or reference. All give the same bytes. Default: auto.")
    String engine = "auto";

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads that compute; 0, the default, for one a processor.")
    int threads;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = Sizes.Converter.class,
            description = "The most memory for the state of predictions, as in 512M. Default: half of the JVM's.")
    @Nullable
    Long memoryBytes;

    EngineChoice choice() {
        if (threads < 0) {
            throw new UsageException("--threads %d: there cannot be fewer than 0".formatted(threads));
        }
        return new EngineChoice(engine, threads);
    }

    Backend.Predictors open(Session session) {
        try {
            return session.backend().predictors(choice(), session::note);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    CallScope scope(Session session) {
        long limit = memoryBytes == null ? Runtime.getRuntime().maxMemory() / 2 : memoryBytes;
        return new CallScope(session.cancellation(), new MemoryBudget(limit));
    }

    /** The option {@code --output-limit}, of commands that an archive could make write more than anybody wants. */
    static final class OutputLimit {
        @Option(
                names = "--output-limit",
                paramLabel = "SIZE",
                converter = Sizes.Converter.class,
                description = "Stop with exit code 5 before more than this is restored, as in 100M. Default: none.")
        @Nullable
        Long bytes;

        long orNone() {
            return bytes == null ? Long.MAX_VALUE : bytes;
        }

        OptionalLong given() {
            return bytes == null ? OptionalLong.empty() : OptionalLong.of(bytes);
        }
    }
}
