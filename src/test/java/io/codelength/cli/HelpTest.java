package io.codelength.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class HelpTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "compress",
                "decompress",
                "cat",
                "list",
                "verify",
                "recover",
                "measure",
                "bench",
                "dictionary",
                "models"
            })
    void everyCommandExplainsItselfWithExamplesAndExitCodes(String command) {
        Shell.Outcome outcome = Shell.withoutModels().run(command, "--help");
        assertThat(outcome.code()).isZero();
        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.out())
                .startsWith("Usage: codelength " + command)
                .contains("Examples:\n  ", "Exit codes:", "damaged, or not ours");
    }

    @Test
    void theProgramNamesItsCommandsAndVersion() {
        assertThat(Shell.withoutModels().run("--help").out()).contains("compress", "decompress", "CODELENGTH_HOME");
        assertThat(Shell.withoutModels().run("--version").out()).startsWith("codelength ");
    }

    @Test
    void aCommandThatMakesNoSenseIsUsageAndSaysWhatHelps() {
        for (List<String> arguments : List.of(
                List.<String>of(),
                List.of("explode"),
                List.of("compress"),
                List.of("compress", "--lanes", "many", "x"),
                List.of("compress", "--tier", "best", "x"),
                List.of("compress", "--lanes", "33", "x"),
                List.of("compress", "--threads", "-1", "x"),
                List.of("compress", "-o", "out", "x", "y"),
                List.of("compress", "--json", "-"),
                List.of("decompress", "--output-limit", "lots", "x.clen"),
                List.of("cat", "--range", "9", "x.clen"),
                List.of("bench", "--classical", "lzma", "x"))) {
            Shell.Outcome outcome = Shell.withoutModels().run(arguments.toArray(new String[0]));
            assertThat(outcome.code()).as("%s: %s", arguments, outcome.err()).isEqualTo(ExitCode.USAGE);
            assertThat(outcome.out()).isEmpty();
            assertThat(outcome.err()).contains("codelength").doesNotContain("Exception", "\tat ");
        }
    }

    @Test
    void anUnknownEngineIsUsage() {
        assertThat(Shell.withoutModels()
                        .run("compress", "--engine", "abacus", "x")
                        .code())
                .isEqualTo(ExitCode.USAGE);
    }

    @Test
    void anUnknownTierIsRefusedNamingThoseThereAre() {
        assertThat(Shell.withoutModels().run("compress", "--tier", "best", "x").err())
                .contains("best", "fast, model, standard, max");
    }
}
