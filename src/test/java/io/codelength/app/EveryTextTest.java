package io.codelength.app;

import static org.assertj.core.api.Assertions.assertThat;

import io.codelength.Shared;
import io.codelength.cli.Backend;
import io.codelength.cli.Shell;
import io.codelength.codec.EngineChoice;
import io.codelength.codec.TestTexts;
import io.codelength.model.store.KnownModels;
import io.codelength.model.store.ModelStore;
import io.codelength.web.ServiceLimits;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every kind of text through both real entry points, with the shipped model and the tier that users get: it comes back bit for
 * bit, its archive is as small as the format promises, and the service's archive is the command line's.
 */
final class EveryTextTest {
    private static final int EXCERPT_BYTES = 16 << 10;

    private final Path folder;

    EveryTextTest(@TempDir Path folder) {
        this.folder = folder;
    }

    /** Texts of our own, that need nothing beside the project. */
    private static Map<String, byte[]> ownTexts() {
        Map<String, byte[]> texts = new LinkedHashMap<>();
        for (int length = 0; length <= 300; length++) {
            texts.put("%d bytes".formatted(length), TestTexts.words(length, length));
        }
        TestTexts.awkward().forEach((name, text) -> texts.put("awkward, " + name, Arrays.copyOf(text, text.length)));
        return texts;
    }

    /** The first 16 KiB of every file to measure with. */
    private static Map<String, byte[]> benchExcerpts() throws IOException {
        Path bench = Shared.require("bench");
        Map<String, byte[]> texts = new LinkedHashMap<>();
        try (Stream<Path> files = Files.walk(bench)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String name = bench.relativize(file).toString().replace('/', ' ');
                texts.put(name, ArithmeticLoss.excerpt(file, EXCERPT_BYTES));
            }
        }
        assertThat(texts).as("files of bench").hasSizeGreaterThan(30);
        return texts;
    }

    @Test
    void textsOfOurOwnComeBack() throws Exception {
        comeBack(ownTexts());
    }

    @Test
    void theBeginningOfEveryBenchFileComesBack() throws Exception {
        comeBack(benchExcerpts());
    }

    private void comeBack(Map<String, byte[]> texts) throws Exception {
        Map<String, byte[]> archives = throughTheCommandLine(texts);
        throughTheService(texts, archives);
    }

    private Map<String, byte[]> throughTheCommandLine(Map<String, byte[]> texts) throws IOException {
        Path originals = Files.createDirectory(folder.resolve("originals"));
        Path moved = Files.createDirectory(folder.resolve("moved"));
        List<String> compress = new ArrayList<>(List.of("compress", "-q", "--engine", Commands.ENGINE));
        List<String> decompress = new ArrayList<>(List.of("decompress", "-q", "--engine", Commands.ENGINE));
        for (Map.Entry<String, byte[]> text : texts.entrySet()) {
            compress.add(Files.write(originals.resolve(text.getKey()), text.getValue())
                    .toString());
            decompress.add(moved.resolve(text.getKey() + ".clen").toString());
        }
        run(compress);
        Map<String, byte[]> archives = new LinkedHashMap<>();
        for (String name : texts.keySet()) {
            Path archive = Files.move(originals.resolve(name + ".clen"), moved.resolve(name + ".clen"));
            archives.put(name, Files.readAllBytes(archive));
        }
        run(decompress);
        for (Map.Entry<String, byte[]> text : texts.entrySet()) {
            assertThat(moved.resolve(text.getKey())).as(text.getKey()).hasBinaryContent(text.getValue());
            int bytes = text.getValue().length;
            assertThat(archives.get(text.getKey()))
                    .as("archive of " + text.getKey())
                    .hasSizeLessThanOrEqualTo(bytes + 64 + 32 * (bytes >> 20));
        }
        return archives;
    }

    private void run(List<String> line) {
        Shell.Outcome outcome = Commands.shell(folder.resolve("home")).run(line.toArray(String[]::new));
        assertThat(outcome.code()).as(outcome.err()).isZero();
    }

    private void throughTheService(Map<String, byte[]> texts, Map<String, byte[]> archives) throws Exception {
        ServiceLimits limits = new ServiceLimits(1 << 20, 1 << 20, 4, 16, Duration.ofSeconds(60), 1L << 30);
        KnownModels models = new KnownModels(new ModelStore(folder.resolve("home")));
        try (Backend.Predictors predictors =
                        new EngineBackend().predictors(new EngineChoice(Commands.ENGINE, 0), models, note -> {});
                RunningService service = RunningService.start(folder.resolve("data"), predictors, limits)) {
            for (Map.Entry<String, byte[]> text : texts.entrySet()) {
                HttpResponse<byte[]> stored = service.post("/v1/objects", text.getValue());
                assertThat(stored.statusCode()).as(text.getKey()).isEqualTo(201);
                String path = stored.headers().firstValue("Location").orElseThrow();
                assertThat(service.get(path + "/archive").body())
                        .as("archive of " + text.getKey())
                        .isEqualTo(archives.get(text.getKey()));
                assertThat(service.get(path + "/content").body())
                        .as(text.getKey())
                        .isEqualTo(text.getValue());
            }
        }
    }
}
