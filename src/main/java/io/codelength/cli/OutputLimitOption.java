package io.codelength.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --output-limit}, of commands that an archive could make write more than anybody wants. */
final class OutputLimitOption {
    @Option(
            names = "--output-limit",
            paramLabel = "SIZE",
            converter = Sizes.Converter.class,
            description = "Stop with exit code 5 before more than this is restored, as in 100M. Default: none.")
    @Nullable
    private Long bytes;

    long bytes() {
        return bytes == null ? Long.MAX_VALUE : bytes;
    }
}
