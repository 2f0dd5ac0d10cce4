package io.codelength.cli;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Where a command's bytes go: a file that appears whole or not at all, or standard output. */
final class Output implements Closeable {
    private final Optional<TargetFile> file; // empty for standard output
    private final OutputStream stream;
    private final String name;

    private Output(Optional<TargetFile> file, OutputStream stream, String name) {
        this.file = file;
        this.stream = stream;
        this.name = name;
    }

    /**
     * @param argument a path, or {@code -}
     * @param binary whether the bytes would upset a terminal
     */
    static Output open(String argument, SourceFile source, boolean force, boolean binary, Session session)
            throws IOException {
        if (SourceFile.isStandard(argument)) {
            return standardOutput(force, binary, session);
        }
        Path target = Path.of(argument);
        if (source.path().isPresent()
                && Files.exists(target)
                && Files.isRegularFile(target)
                && Files.isSameFile(source.path().get(), target)) {
            throw new UsageException(argument + ": is the source itself; name another file with -o");
        }
        return open(target, force, session);
    }

    /** The same for what comes from no file. */
    static Output open(String argument, boolean force, boolean binary, Session session) throws IOException {
        return SourceFile.isStandard(argument)
                ? standardOutput(force, binary, session)
                : open(Path.of(argument), force, session);
    }

    private static Output open(Path target, boolean force, Session session) throws IOException {
        TargetFile file = TargetFile.create(target, force, session.interruption());
        return new Output(Optional.of(file), file.stream(), target.toString());
    }

    private static Output standardOutput(boolean force, boolean binary, Session session) {
        if (binary && session.terminal().outIsTerminal() && !force) {
            throw new UsageException("binary data is not written to a terminal. Redirect standard output, name a file"
                    + " with -o, or pass --force.");
        }
        return new Output(Optional.empty(), standard(session), "standard output");
    }

    /** Standard output, whose errors are not swallowed. */
    static OutputStream standard(Session session) {
        return new StandardOutput(session.terminal().out());
    }

    OutputStream stream() {
        return stream;
    }

    String name() {
        return name;
    }

    /** Everything was written: the file takes its place, with the source's permissions and time of change. */
    void commit(SourceFile source) throws IOException {
        commit(source.path());
    }

    /** Everything was written: the file takes its place. */
    void commit() throws IOException {
        commit(Optional.empty());
    }

    private void commit(Optional<Path> source) throws IOException {
        stream.flush();
        if (file.isPresent()) {
            file.get().commit(source);
        }
    }

    @Override
    public void close() throws IOException {
        if (file.isPresent()) {
            file.get().close();
        }
    }

    /** A print stream swallows errors; one that carries data must not. */
    private static final class StandardOutput extends OutputStream {
        private final PrintStream out;

        StandardOutput(PrintStream out) {
            this.out = out;
        }

        @Override
        public void write(int value) throws IOException {
            out.write(value);
            check();
        }

        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            out.write(bytes, from, count);
            check();
        }

        @Override
        public void flush() throws IOException {
            out.flush();
            check();
        }

        private void check() throws IOException {
            if (out.checkError()) {
                throw new IOException("standard output cannot be written: its reader went away, or the disk is full");
            }
        }
    }
}
