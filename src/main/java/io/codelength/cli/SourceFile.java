package io.codelength.cli;

import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file to read, or standard input where the argument is {@code -}.
 *
 * @param name for messages
 * @param path where it lies; empty for standard input
 * @param bytes its length; empty where it is not known before the end
 */
record SourceFile(String name, Optional<Path> path, OptionalLong bytes, InputStream stream) implements Closeable {
    /** The argument that means the standard stream. */
    static final String STANDARD = "-";

    static boolean isStandard(String argument) {
        return argument.equals(STANDARD);
    }

    static SourceFile open(String argument, Session session) throws IOException {
        if (isStandard(argument)) {
            InputStream in = new FilterInputStream(session.terminal().in()) {
                @Override
                public void close() {} // the process's stream is not ours to close
            };
            return new SourceFile("standard input", Optional.empty(), OptionalLong.empty(), in);
        }
        Path path = Path.of(argument);
        if (Files.isDirectory(path)) {
            throw new FileSystemException(argument, null, "is a directory; name the files in it");
        }
        InputStream stream = Files.newInputStream(path);
        OptionalLong bytes = Files.isRegularFile(path) ? OptionalLong.of(Files.size(path)) : OptionalLong.empty();
        return new SourceFile(argument, Optional.of(path), bytes, stream);
    }

    @Override
    public void close() throws IOException {
        stream.close();
    }
}
