package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Archives of real files are, byte for byte, what they were when the ledger was written. */
class LedgerTest {
    @Test
    void everyArchiveIsTheLedgers() throws IOException {
        List<String> found = Ledger.lines(Shared.require("bench"));
        Files.write(Path.of(System.getProperty("codelength.build", "target")).resolve("ledger.csv"), found);
        assertThat(found)
                .as("archives change only on purpose; CONTRIBUTING.md says how to write the ledger anew")
                .containsExactlyElementsOf(Ledger.checkedIn());
    }
}
