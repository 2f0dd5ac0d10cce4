package io.codelength.model.store;

import io.codelength.model.ByteFolder;
import io.codelength.model.ByteSource;
import io.codelength.model.GgufModel;
import io.codelength.model.HuggingFaceModel;
import io.codelength.model.SourceModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Opens models where users keep them: a folder in Hugging Face layout, or a GGUF file. */
public final class ModelFiles {
    private ModelFiles() {}

    /**
     * @return the open model; the caller closes it
     * @throws io.codelength.model.ModelFormatException if it is no model that can be imported
     * @throws NoSuchFileException if there is nothing at that path
     */
    public static SourceModel open(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            return HuggingFaceModel.open(new DiskFolder(path));
        }
        if (!Files.exists(path)) {
            throw new NoSuchFileException(path.toString(), null, "no model there");
        }
        FileByteSource file = new FileByteSource(path);
        try {
            return GgufModel.open(file);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    private record DiskFolder(Path path) implements ByteFolder {
        @Override
        public String name() {
            return path.toString();
        }

        @Override
        public List<String> files() throws IOException {
            try (Stream<Path> entries = Files.list(path)) {
                return entries.filter(Files::isRegularFile)
                        .map(entry -> entry.getFileName().toString())
                        .toList();
            }
        }

        @Override
        public ByteSource open(String file) throws IOException {
            return new FileByteSource(path.resolve(file));
        }
    }
}
