package io.codelength.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TargetFileTest {
    private static final byte[] NEW = "new".getBytes(StandardCharsets.UTF_8);

    private final Path folder;

    TargetFileTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private final Interruption interruption = new Interruption();

    @Test
    void nothingHasTheNameBeforeTheCommit() throws IOException {
        Path target = folder.resolve("a");
        try (TargetFile file = TargetFile.create(target, false, interruption)) {
            file.stream().write(NEW);
            file.stream().flush();
            assertThat(target).doesNotExist();
            file.commit(Optional.empty());
        }
        assertThat(target).hasBinaryContent(NEW);
        assertThat(names()).containsExactly("a");
    }

    @Test
    void closingWithoutCommitLeavesNothing() throws IOException {
        try (TargetFile file = TargetFile.create(folder.resolve("a"), false, interruption)) {
            file.stream().write(NEW);
        }
        assertThat(names()).isEmpty();
    }

    @Test
    void anExistingFileIsKeptUnlessForced() throws IOException {
        Path target = Files.writeString(folder.resolve("a"), "old");
        assertThatThrownBy(() -> TargetFile.create(target, false, interruption))
                .isInstanceOf(FileAlreadyExistsException.class);
        try (TargetFile file = TargetFile.create(target, true, interruption)) {
            file.stream().write(NEW);
            assertThat(target).hasContent("old");
            file.commit(Optional.empty());
        }
        assertThat(target).hasBinaryContent(NEW);
        assertThat(names()).containsExactly("a");
    }

    @Test
    void aFileThatAppearsMeanwhileIsNotOverwritten() throws IOException {
        Path target = folder.resolve("a");
        try (TargetFile file = TargetFile.create(target, false, interruption)) {
            file.stream().write(NEW);
            Files.writeString(target, "somebody else's");
            assertThatThrownBy(() -> file.commit(Optional.empty())).isInstanceOf(FileAlreadyExistsException.class);
        }
        assertThat(target).hasContent("somebody else's");
        assertThat(names()).containsExactly("a");
    }

    @Test
    void permissionsAndTimeComeFromTheSource() throws IOException {
        Path source = Files.writeString(folder.resolve("source"), "x");
        Files.setPosixFilePermissions(source, PosixFilePermissions.fromString("rw-r-----"));
        Files.setLastModifiedTime(source, FileTime.fromMillis(1_000_000_000_000L));
        Path target = folder.resolve("a");
        try (TargetFile file = TargetFile.create(target, false, interruption)) {
            file.commit(Optional.of(source));
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(target)))
                .isEqualTo("rw-r-----");
        assertThat(Files.getLastModifiedTime(target).toMillis()).isEqualTo(1_000_000_000_000L);
    }

    @Test
    void throughASymbolicLinkTheFileBehindItIsReplaced() throws IOException {
        Path real = Files.writeString(folder.resolve("real"), "old");
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        try (TargetFile file = TargetFile.create(link, true, interruption)) {
            file.stream().write(NEW);
            file.commit(Optional.empty());
        }
        assertThat(link).isSymbolicLink();
        assertThat(real).hasBinaryContent(NEW);
    }

    @Test
    void aDeviceIsWrittenAndStaysADevice() throws IOException {
        Path device = Path.of("/dev/null");
        try (TargetFile file = TargetFile.create(device, false, interruption)) {
            file.stream().write(NEW);
            file.commit(Optional.empty());
        }
        assertThat(Files.isRegularFile(device)).isFalse();
        assertThat(device).exists();
    }

    @Test
    void aMissingFolderIsNamed() {
        Path target = folder.resolve("nowhere").resolve("a");
        assertThatThrownBy(() -> TargetFile.create(target, false, interruption))
                .isInstanceOf(FileSystemException.class)
                .hasMessageContaining("nowhere");
    }

    private Stream<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList().stream();
        }
    }
}
