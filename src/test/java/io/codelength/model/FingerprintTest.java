package io.codelength.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.codelength.Shared;
import io.codelength.model.store.ModelFiles;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The ledger of imports: these models have these fingerprints, with any number of threads, on any JDK. A fingerprint that
 * changes means that archives written before cannot be read with a model imported now: then the importer's version grows.
 */
class FingerprintTest {
    private static final String TINY = "8e673dcda6996ce0e5fa8dd8518bc7e219fc68b2586d502477cd27295e77c2ee";
    private static final String STORIES = "8c503eb4558d0ec4dadd77410a2b68ea448db80bf309437bd82866f5459f6461";
    private static final String SMOLLM = "df2ddc041827594e1d89e8b583614032b3aa605d811a105e1087e7154de9af94";
    private static final String SMOLLM_FILE = "models/smollm2-135m/SmolLM2-135M-Instruct.Q4_1.gguf";

    @Test
    void tinyKeepsItsFingerprint() throws IOException {
        try (SourceModel source = HuggingFaceModel.open(TinyFiles.huggingFace(true))) {
            assertThat(ImportFingerprint.fingerprint(source, 1)).hasToString(TINY);
            assertThat(ImportFingerprint.fingerprint(source, 2)).hasToString(TINY);
        }
    }

    @Test
    void storiesKeepsItsFingerprint() throws IOException {
        try (SourceModel source = ModelFiles.open(Shared.require("models/stories260K"))) {
            assertThat(ImportFingerprint.fingerprint(source, 1)).hasToString(STORIES);
            assertThat(ImportFingerprint.fingerprint(source, 2)).hasToString(STORIES);
        }
    }

    @Test
    void smollmKeepsItsFingerprint() throws IOException {
        assumeTrue(Boolean.getBoolean("codelength.slow"), "skipped: half a minute; -Dcodelength.slow=true runs it");
        try (SourceModel source = ModelFiles.open(Shared.require(SMOLLM_FILE))) {
            assertThat(ImportFingerprint.fingerprint(source, 2)).hasToString(SMOLLM);
        }
    }

    @Test
    void otherJdksOfThisMachineGiveTheSameFingerprints() throws IOException, InterruptedException {
        List<Path> others = otherJdks();
        assumeTrue(!others.isEmpty(), "skipped: no other JDK from 17 on lies beside the one that runs the tests");
        String stories = Shared.require("models/stories260K").toString();
        String base = Shared.require("models/base").toString();
        List<String> expected;
        try (SourceModel source = ModelFiles.open(Path.of(base))) {
            expected = List.of(
                    TINY, STORIES, ImportFingerprint.fingerprint(source, 2).toString());
        }
        for (Path java : others) {
            Process process = new ProcessBuilder(
                            java.toString(),
                            "-Xmx1g",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ImportFingerprint.class.getName(),
                            "1",
                            "tiny",
                            stories,
                            base)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (InputStream out = process.getInputStream()) {
                List<String> lines = new String(out.readAllBytes(), StandardCharsets.UTF_8)
                        .lines()
                        .toList();
                assertThat(process.waitFor()).as("%s", java).isZero();
                assertThat(lines).as("%s", java).isEqualTo(expected);
            }
        }
    }

    /** The {@code java} of JDKs installed side by side with the running one, other versions only. */
    private static List<Path> otherJdks() throws IOException {
        Path running = Path.of(System.getProperty("java.home")).toRealPath();
        List<Path> found = new ArrayList<>();
        try (Stream<Path> siblings = Files.list(Objects.requireNonNull(running.getParent()))) {
            for (Path sibling : siblings.sorted().toList()) {
                Path java = sibling.resolve("bin/java");
                Path release = sibling.resolve("release");
                if (!sibling.toRealPath().equals(running) && Files.isExecutable(java) && Files.isRegularFile(release)) {
                    int feature = feature(Files.readString(release));
                    if (feature >= 17 && feature != Runtime.version().feature()) {
                        found.add(java);
                    }
                }
            }
        }
        return found;
    }

    private static int feature(String release) {
        return release.lines()
                .filter(line -> line.startsWith("JAVA_VERSION="))
                .map(line -> line.replaceAll("[^0-9.]", "").split("\\.", 2)[0])
                .mapToInt(Integer::parseInt)
                .findFirst()
                .orElse(0);
    }
}
