package io.codelength.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code codelength}: finds the subcommand, runs it, and turns what becomes of it into an exit code. */
public final class Cli {
    private static final Map<String, String> EXIT_CODES = exitCodes();

    private final Session session;
    private final CommandLine commandLine;

    public Cli(Session session) {
        this.session = session;
        this.commandLine = new CommandLine(new Root(session))
                .addSubcommand(new CompressCommand(session))
                .addSubcommand(new DecompressCommand(session))
                .addSubcommand(new CatCommand(session))
                .addSubcommand(new ListCommand(session))
                .addSubcommand(new VerifyCommand(session))
                .addSubcommand(new RecoverCommand(session))
                .addSubcommand(new MeasureCommand(session))
                .addSubcommand(new BenchCommand(session))
                .addSubcommand(dictionary(session))
                .addSubcommand(models(session));
    }

    private static CommandLine dictionary(Session session) {
        CommandLine dictionary = new CommandLine(new DictionaryCommand());
        DictionaryCommand.subcommands(session).forEach(dictionary::addSubcommand);
        return dictionary;
    }

    private static CommandLine models(Session session) {
        CommandLine models = new CommandLine(new ModelsCommand());
        ModelsCommand.subcommands(session).forEach(models::addSubcommand);
        return models;
    }

    /** Adds a command that this package does not know, as {@code serve}. */
    public Cli with(Object command) {
        commandLine.addSubcommand(command);
        return this;
    }

    /**
     * Runs one command to its end.
     *
     * @return the exit code; never throws
     */
    public int run(String... arguments) {
        PrintWriter out = new PrintWriter(session.terminal().out(), true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(session.terminal().err(), true, StandardCharsets.UTF_8);
        commandLine
                .setOut(out)
                .setErr(err)
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(110)
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler((failure, given) -> refuse(failure))
                .setExecutionExceptionHandler((failure, command, given) -> session.report(failure));
        complete(commandLine);
        commandLine
                .getCommandSpec()
                .addOption(OptionSpec.builder("-V", "--version")
                        .versionHelp(true)
                        .description("Show the version and exit.")
                        .build());
        int code;
        try {
            code = commandLine.execute(arguments);
        } catch (OutOfMemoryError | LinkageError failure) {
            code = session.report(failure);
        }
        out.flush();
        if (session.terminal().out().checkError() && code == ExitCode.DONE) {
            session.note("standard output cannot be written: its reader went away, or the disk is full");
            return ExitCode.FAILED;
        }
        return code;
    }

    private int refuse(ParameterException failure) {
        String command = failure.getCommandLine().getCommandSpec().qualifiedName();
        session.say("%s: %s".formatted(command, failure.getMessage()));
        session.say("Try '%s --help'.".formatted(command));
        return ExitCode.USAGE;
    }

    /** What all commands share: {@code --help}, the exit codes, the look of the help. */
    private static void complete(CommandLine command) {
        CommandSpec spec = command.getCommandSpec();
        spec.addOption(OptionSpec.builder("-h", "--help")
                .usageHelp(true)
                .description("Show this help and exit.")
                .build());
        spec.usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(EXIT_CODES)
                .descriptionHeading("%n")
                .parameterListHeading("%nParameters:%n")
                .optionListHeading("%nOptions:%n")
                .commandListHeading("%nCommands:%n")
                .footerHeading("%n")
                .sortOptions(false);
        command.getSubcommands().values().forEach(Cli::complete);
    }

    private static Map<String, String> exitCodes() {
        Map<String, String> codes = new LinkedHashMap<>();
        codes.put("0", "done");
        codes.put("1", "failed: a file cannot be read or written, or an error of ours");
        codes.put("2", "usage: the command makes no sense as typed");
        codes.put("3", "damaged, or not ours: the message names the place");
        codes.put("4", "the model or dictionary is missing, ambiguous, or not the one an archive was written with");
        codes.put("5", "over a limit: memory, or what may be written");
        codes.put("130", "interrupted (143 by SIGTERM); nothing half-written is left");
        return codes;
    }

    @Command(
            name = "codelength",
            description = "Compress, store and measure text with language models, exactly.",
            versionProvider = Version.class,
            footer = {
                "Examples:",
                "  codelength compress notes.txt                writes notes.txt.clen",
                "  codelength decompress notes.txt.clen         writes notes.txt",
                "  codelength compress --help                   the options of one command",
                "",
                "Environment:",
                "  CODELENGTH_HOME        where installed models lie",
                "  CODELENGTH_JAVA_OPTS   options for the JVM, as in -Xmx8g",
                "  CODELENGTH_DEBUG=1     errors show where they come from"
            })
    private static final class Root implements Runnable {
        private final Session session;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        Root(Session session) {
            this.session = session;
        }

        @Override
        public void run() {
            session.terminal().err().print(spec.commandLine().getUsageMessage());
            throw new ParameterException(spec.commandLine(), "name a command");
        }
    }
}
