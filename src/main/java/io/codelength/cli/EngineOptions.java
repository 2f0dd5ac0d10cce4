package io.codelength.cli;

import io.codelength.codec.EngineChoice;
import io.codelength.limit.CallScope;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of every command that computes predictions. None of them changes a byte of any result. */
final class EngineOptions {
    @Option(
            names = "--engine",
            paramLabel = "E",
            defaultValue = "auto",
            description = "What computes: auto, cpu, cuda, pytorch or reference. All give the same bytes.")
    String engine = "auto";

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads that compute; 0, the default, for one a processor.")
    int threads;

    @Mixin
    private final MemoryOption memory = new MemoryOption();

    EngineChoice choice() {
        if (threads < 0) {
            throw new UsageException("--threads %d: there cannot be fewer than 0".formatted(threads));
        }
        return new EngineChoice(engine, threads);
    }

    Backend.Predictors open(Session session) {
        return session.predictors(choice());
    }

    CallScope scope(Session session) {
        return memory.scope(session);
    }
}
