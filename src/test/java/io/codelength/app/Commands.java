package io.codelength.app;

import io.codelength.cli.Shell;
import io.codelength.engine.cpu.NativeBuild;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Real commands with real engines, in this process or in one of their own. */
final class Commands {
    /** What computes in tests of commands; {@code -Dcodelength.tests.engine=E} tries another. Changes no byte. */
    static final String ENGINE =
            System.getProperty("codelength.tests.engine", NativeBuild.isHere() ? "cpu" : "reference");

    private Commands() {}

    /** A shell in this process. */
    static Shell shell(Path home) {
        return new Shell(new EngineBackend()).environment("CODELENGTH_HOME", home.toString());
    }

    /** A process of its own that runs {@code main}, as the launcher would start it; nothing has been read or written. */
    static ProcessBuilder process(Path home, List<String> options, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(Arrays.asList(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("CODELENGTH_HOME", home.toString());
        return builder;
    }

    /**
     * A command that computes. It compresses with tier {@code model}, which is quick for short texts where mixing learns a
     * text of its own first; the other tiers' archives have tests of their own.
     */
    static String[] line(String command, List<String> arguments) {
        List<String> line = new ArrayList<>(List.of(command, "--engine", ENGINE));
        if (command.equals("compress")) {
            line.addAll(List.of("--tier", "model"));
        }
        line.addAll(arguments);
        return line.toArray(String[]::new);
    }

    /** The same with options and files. */
    static String[] line(String command, List<String> options, List<Path> files) {
        List<String> arguments = new ArrayList<>(options);
        files.forEach(file -> arguments.add(file.toString()));
        return line(command, arguments);
    }

    /** Names of what lies in a folder, hidden ones too. */
    static Set<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            Set<String> names = new TreeSet<>();
            files.forEach(file -> names.add(String.valueOf(file.getFileName())));
            return names;
        }
    }
}
