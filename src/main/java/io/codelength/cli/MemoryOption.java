package io.codelength.cli;

import io.codelength.limit.CallScope;
import io.codelength.limit.MemoryBudget;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --memory}, which bounds what predictions may hold at once. */
final class MemoryOption {
    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            converter = Sizes.Converter.class,
            description = "The most memory for the state of predictions, as in 512M. Default: half of the JVM's.")
    @Nullable
    private Long bytes;

    CallScope scope(Session session) {
        long limit = bytes == null ? Runtime.getRuntime().maxMemory() / 2 : bytes;
        return new CallScope(session.cancellation(), new MemoryBudget(limit));
    }
}
