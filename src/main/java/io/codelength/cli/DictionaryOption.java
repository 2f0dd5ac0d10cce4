package io.codelength.cli;

import io.codelength.codec.DictionarySource;
import io.codelength.container.Dictionary;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --dictionary}, which names a file. */
final class DictionaryOption {
    @Option(
            names = {"-D", "--dictionary"},
            paramLabel = "D",
            description = "The dictionary that archives are written with, a .cldict file; see 'codelength dictionary'.")
    @Nullable
    private String file;

    /** The dictionary, if one was named. */
    Optional<Dictionary> read() throws IOException {
        return file == null ? Optional.empty() : Optional.of(read(file));
    }

    /** Where archives find the dictionaries that they name. */
    DictionarySource source() throws IOException {
        return read().map(DictionarySource::only).orElse(DictionarySource.NONE);
    }

    static Dictionary read(String file) throws IOException {
        Path path = Path.of(file);
        if (Files.isDirectory(path)) {
            throw new FileSystemException(file, null, "is a directory; name a dictionary's file");
        }
        try (var stream = Files.newInputStream(path)) {
            return Dictionary.read(file, stream);
        }
    }
}
