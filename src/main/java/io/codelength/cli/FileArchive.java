package io.codelength.cli;

import io.codelength.container.ArchiveSource;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** An archive in a file, readable at any place. */
final class FileArchive implements ArchiveSource, Closeable {
    private final String name;
    private final FileChannel channel;
    private final long length;

    private FileArchive(String name, FileChannel channel) throws IOException {
        this.name = name;
        this.channel = channel;
        this.length = channel.size();
    }

    static FileArchive open(String file) throws IOException {
        Path path = Path.of(file);
        if (SourceFile.isStandard(file) || (Files.exists(path) && !Files.isRegularFile(path))) {
            throw new FileSystemException(file, null, "cannot be read at any place; name a file");
        }
        return new FileArchive(file, FileChannel.open(path, StandardOpenOption.READ));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public void readFully(long offset, byte[] target, int from, int count) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(target, from, count);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, offset + buffer.position() - from) < 0) {
                throw new EOFException("%s: ends at %d, %d bytes wanted at %d".formatted(name, length, count, offset));
            }
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
