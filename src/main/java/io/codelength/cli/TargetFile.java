package io.codelength.cli;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.util.Optional;
import java.util.UUID;

/**
 * A file that appears whole or not at all: written under a hidden name beside its place, synced to disk, then renamed.
 * Closing it before {@link #commit} leaves nothing. Devices and pipes are written as they are.
 */
final class TargetFile implements Closeable {
    private static final int BUFFER_BYTES = 1 << 16;

    private final Path target;
    private final Optional<Path> hidden; // empty where the target is a device or a pipe
    private final boolean force;
    private final Interruption interruption;
    private final FileChannel channel;
    private final OutputStream stream;
    private boolean ended;

    private TargetFile(
            Path target, Optional<Path> hidden, boolean force, Interruption interruption, FileChannel channel) {
        this.target = target;
        this.hidden = hidden;
        this.force = force;
        this.interruption = interruption;
        this.channel = channel;
        this.stream = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
    }

    /**
     * @param force whether an existing file may be replaced
     * @throws FileAlreadyExistsException if there is one and it may not
     */
    static TargetFile create(Path target, boolean force, Interruption interruption) throws IOException {
        if (Files.isDirectory(target)) {
            throw new FileSystemException(target.toString(), null, "is a directory");
        }
        if (Files.exists(target)) {
            if (!Files.isRegularFile(target)) {
                return new TargetFile(
                        target,
                        Optional.empty(),
                        true,
                        interruption,
                        FileChannel.open(target, StandardOpenOption.WRITE));
            }
            if (!force) {
                throw new FileAlreadyExistsException(target.toString());
            }
        }
        // Through a symbolic link the file it leads to is replaced, not the link.
        Path place = Files.exists(target) ? target.toRealPath() : target.toAbsolutePath();
        Path hidden = place.resolveSibling(".codelength-" + UUID.randomUUID() + ".part");
        interruption.begin(hidden);
        try {
            FileChannel channel = FileChannel.open(hidden, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            return new TargetFile(place, Optional.of(hidden), force, interruption, channel);
        } catch (FileSystemException e) {
            interruption.end(hidden);
            FileSystemException named =
                    new FileSystemException(target.toString(), null, "cannot be written here: " + describe(e));
            named.initCause(e);
            throw named;
        }
    }

    private static String describe(FileSystemException e) {
        return e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
    }

    OutputStream stream() {
        return stream;
    }

    /**
     * Puts the file in its place.
     *
     * @param source whose permissions and time of change it takes over; empty for none
     */
    void commit(Optional<Path> source) throws IOException {
        stream.flush();
        if (hidden.isEmpty()) {
            close();
            return;
        }
        channel.force(true);
        channel.close();
        if (source.isPresent()) {
            copyAttributes(source.get(), hidden.get());
        }
        rename(hidden.get());
        ended = true;
        interruption.end(hidden.get());
        syncFolder();
    }

    private void rename(Path from) throws IOException {
        if (!force) {
            // A hard link fails where the name is taken, so a file that appeared meanwhile is not lost.
            try {
                Files.createLink(target, from);
                Files.delete(from);
                return;
            } catch (FileAlreadyExistsException e) {
                throw e;
            } catch (UnsupportedOperationException | FileSystemException e) {
                if (Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
                    throw new FileAlreadyExistsException(target.toString());
                }
            }
        }
        Files.move(from, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void copyAttributes(Path source, Path copy) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(source, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            return;
        }
        PosixFileAttributeView from = Files.getFileAttributeView(source, PosixFileAttributeView.class);
        PosixFileAttributeView to = Files.getFileAttributeView(copy, PosixFileAttributeView.class);
        if (from != null && to != null) {
            to.setPermissions(from.readAttributes().permissions());
        }
        Files.setLastModifiedTime(copy, attributes.lastModifiedTime());
    }

    /** Makes the rename itself durable; not every system lets a folder be opened, and then there is nothing to do. */
    private void syncFolder() {
        Path folder = target.getParent();
        if (folder == null) {
            return;
        }
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        } catch (IOException e) {
            return;
        }
    }

    @Override
    public void close() throws IOException {
        if (ended) {
            return;
        }
        ended = true;
        channel.close();
        if (hidden.isPresent()) {
            Files.deleteIfExists(hidden.get());
            interruption.end(hidden.get());
        }
    }
}
