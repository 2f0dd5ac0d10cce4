package io.codelength.engine.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
class LibraryFileTest {
    private static final byte[] LIBRARY = {1, 2, 3, 4};

    private final Path home;

    LibraryFileTest(@TempDir Path home) {
        this.home = home;
    }

    @Test
    void aLibraryIsUnpackedOnceForItsOwnerOnly() throws IOException {
        Path folder = home.resolve("cache/native");
        Path file = LibraryFile.unpack(LIBRARY, folder);
        assertThat(file).hasBinaryContent(LIBRARY);
        assertThat(permissions(folder)).isEqualTo("rwx------");
        assertThat(permissions(file)).isEqualTo("rwx------");
        Object identity = Files.readAttributes(file, "unix:ino").get("ino");
        assertThat(LibraryFile.unpack(LIBRARY, folder)).isEqualTo(file);
        assertThat(Files.readAttributes(file, "unix:ino")).containsEntry("ino", identity);
        assertThat(names(folder)).hasSize(1);
    }

    @Test
    void aChangedOrWritableFileIsReplaced() throws IOException {
        Path folder = home.resolve("native");
        Path file = LibraryFile.unpack(LIBRARY, folder);
        Files.write(file, new byte[] {9, 9, 9, 9});
        assertThat(LibraryFile.unpack(LIBRARY, folder)).hasBinaryContent(LIBRARY);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));
        LibraryFile.unpack(LIBRARY, folder);
        assertThat(permissions(file)).isEqualTo("rwx------");
    }

    @Test
    void aLinkInItsPlaceIsNotFollowed() throws IOException {
        Path folder = home.resolve("native");
        Path file = LibraryFile.unpack(LIBRARY, folder);
        Path elsewhere = Files.write(home.resolve("elsewhere"), LIBRARY);
        Files.delete(file);
        Files.createSymbolicLink(file, elsewhere);
        LibraryFile.unpack(LIBRARY, folder);
        assertThat(Files.isSymbolicLink(file)).isFalse();
    }

    @Test
    void aFolderThatOthersCanWriteIsRefused() throws IOException {
        Path folder = Files.createDirectory(home.resolve("open"));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThatThrownBy(() -> LibraryFile.unpack(LIBRARY, folder))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("open");
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private static List<Path> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
