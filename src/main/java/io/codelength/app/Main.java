package io.codelength.app;

import io.codelength.cli.Cli;
import io.codelength.cli.Interruption;
import io.codelength.cli.Session;
import io.codelength.cli.Terminal;

/** Where the process begins and ends. */
public final class Main {
    /** Where Logback looks for its configuration; Spring Boot wants to choose that itself. */
    static final String LOG_CONFIGURATION_PROPERTY = "logback.configurationFile";

    private Main() {}

    public static void main(String[] arguments) {
        System.setProperty(LOG_CONFIGURATION_PROPERTY, "logback-commands.xml");
        Interruption interruption = new Interruption();
        interruption.listen();
        Terminal terminal = Terminal.ofProcess();
        int code;
        try {
            Session session = new Session(terminal, new EngineBackend(), interruption, System.getenv());
            code = new Cli(session).with(new ServeCommand(session)).run(arguments);
        } finally {
            terminal.out().flush();
            interruption.finished();
        }
        System.exit(code); // while a signal is ending the process this waits, and the signal's exit code stands
    }
}
