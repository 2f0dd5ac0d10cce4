package io.codelength.app;

import io.codelength.cli.Cli;
import io.codelength.cli.Interruption;
import io.codelength.cli.Session;
import io.codelength.cli.Terminal;

/** Where the process begins and ends. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        Interruption interruption = new Interruption();
        interruption.listen();
        Terminal terminal = Terminal.ofProcess();
        int code;
        try {
            Session session = new Session(terminal, EnginePredictors::new, interruption, System.getenv());
            code = new Cli(session).run(arguments);
        } finally {
            terminal.out().flush();
            interruption.finished();
        }
        System.exit(code); // while a signal is ending the process this waits, and the signal's exit code stands
    }
}
