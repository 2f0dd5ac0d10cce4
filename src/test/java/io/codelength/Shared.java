package io.codelength;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;

/** Test files that lie beside the project, if they do: a stranger's clone has none, and tests that need them skip. */
public final class Shared {
    private Shared() {}

    /**
     * @param relative path below the shared folder
     * @return the file or folder; the test that asked is skipped, saying so, where there is none
     */
    public static Path require(String relative) {
        Path path =
                Path.of(System.getProperty("codelength.shared", "../shared")).resolve(relative);
        assumeTrue(Files.exists(path), () -> "skipped: " + relative + " is not beside this project");
        return path;
    }
}
