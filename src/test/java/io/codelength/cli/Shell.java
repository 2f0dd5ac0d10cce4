package io.codelength.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** Runs real commands in this process, with streams that a test fills and reads. */
public final class Shell {
    private final Backend backend;
    private final Interruption interruption = new Interruption();
    private final Map<String, String> environment = new HashMap<>();
    private byte[] input = new byte[0];
    private boolean terminal;

    public Shell(Backend backend) {
        this.backend = backend;
    }

    /** A shell whose commands have no models. */
    public static Shell withoutModels() {
        return new Shell(new NoBackend());
    }

    /** What one command left behind. */
    public record Outcome(int code, byte[] outBytes, String err) {
        /** Standard output as text. */
        public String out() {
            return new String(outBytes, StandardCharsets.UTF_8);
        }
    }

    /** Standard input of the next commands. */
    public Shell input(byte[] bytes) {
        input = bytes.clone();
        return this;
    }

    /** As if a person sat at all three streams. */
    public Shell atTerminal() {
        terminal = true;
        return this;
    }

    public Shell environment(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public Interruption interruption() {
        return interruption;
    }

    public Outcome run(String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Terminal streams = new Terminal(
                new ByteArrayInputStream(input),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                terminal,
                terminal,
                terminal);
        int code = new Cli(new Session(streams, backend, interruption, environment)).run(arguments);
        return new Outcome(code, out.toByteArray(), err.toString(StandardCharsets.UTF_8));
    }
}
