package io.codelength.engine.cpu;

import com.sun.jna.Library;
import com.sun.jna.NativeLibrary;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * The native library as a file that can be loaded: unpacked from the jar into a folder that only this user can write, under
 * the name of its content's hash, whole or not at all.
 */
final class LibraryFile {
    private static final Set<PosixFilePermission> WRITABLE_BY_OTHERS =
            EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    /**
     * {@code RTLD_NOW} and not {@code RTLD_GLOBAL}, which JNA takes by default: the libraries for processors and for CUDA have
     * functions of the same names, and a global one answers the calls that the other makes to its own.
     */
    static final Map<String, ?> OPEN_OPTIONS = Map.of(Library.OPTION_OPEN_FLAGS, 2);

    private LibraryFile() {}

    /**
     * Loads a library whose names nobody else sees.
     *
     * @throws UnsatisfiedLinkError if it cannot be loaded
     */
    static NativeLibrary open(Path file) {
        return NativeLibrary.getInstance(file.toString(), OPEN_OPTIONS);
    }

    /** @throws CpuUnavailableException if the jar has none for this machine or it cannot be written */
    static Path unpack() {
        return unpack("libcodelength_kernels.so", "native kernels", "a C++ compiler");
    }

    /**
     * @param what the library, in words
     * @param tool what builds it
     * @throws CpuUnavailableException if the jar has none for this machine or it cannot be written
     */
    static Path unpack(String name, String what, String tool) {
        String platform = platform();
        try (InputStream in = LibraryFile.class.getResourceAsStream(platform + "/" + name)) {
            if (in == null) {
                throw new CpuUnavailableException(
                        "this build has no %s for %s; build it there with %s".formatted(what, platform, tool));
            }
            byte[] library = in.readAllBytes();
            try {
                return unpack(library, cacheFolder());
            } catch (IOException | UnsupportedOperationException cacheFails) {
                Path folder = Files.createTempDirectory("codelength-native-");
                Path file = unpack(library, folder);
                // Loaded libraries may be deleted on systems whose files outlive their names, which these are.
                file.toFile().deleteOnExit();
                folder.toFile().deleteOnExit();
                return file;
            }
        } catch (IOException e) {
            throw new CpuUnavailableException("the native kernels cannot be unpacked: " + e.getMessage(), e);
        }
    }

    /** As in {@code linux-x86_64}. */
    static String platform() {
        String os = System.getProperty("os.name", "unknown").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch", "unknown").toLowerCase(Locale.ROOT);
        return os.replace(' ', '_') + "-" + (arch.equals("amd64") ? "x86_64" : arch);
    }

    private static Path cacheFolder() {
        String cache = System.getenv("XDG_CACHE_HOME");
        Path base = cache != null && Path.of(cache).isAbsolute()
                ? Path.of(cache)
                : Path.of(System.getProperty("user.home", "/"), ".cache");
        return base.resolve("codelength").resolve("native");
    }

    /**
     * The file with this content in this folder; written if it is not there, or not as it should be.
     *
     * @throws IOException if the folder is not this user's alone, or cannot be written
     */
    static Path unpack(byte[] library, Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder.toAbsolutePath().getParent());
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        Path real = folder.toRealPath();
        requireOwn(real);
        Path file = real.resolve("codelength-" + sha256(library).substring(0, 32) + ".so");
        if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                && isOwn(file)
                && Arrays.equals(Files.readAllBytes(file), library)) {
            return file;
        }
        Path part = Files.createTempFile(
                real,
                ".part-",
                ".so",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        try {
            try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
                ByteBuffer bytes = ByteBuffer.wrap(library);
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(part);
        }
        return file;
    }

    private static void requireOwn(Path folder) throws IOException {
        if (!isOwn(folder)) {
            throw new IOException("%s belongs to, or can be written by, somebody else".formatted(folder));
        }
    }

    /** Whether the file is ours and nobody else may change it. Who may write here could make us run anything. */
    private static boolean isOwn(Path path) throws IOException {
        Path mine = Files.createTempFile("codelength-", ".owner");
        try {
            return Files.getOwner(path, LinkOption.NOFOLLOW_LINKS).equals(Files.getOwner(mine))
                    && Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS).stream()
                            .noneMatch(WRITABLE_BY_OTHERS::contains);
        } finally {
            Files.delete(mine);
        }
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
