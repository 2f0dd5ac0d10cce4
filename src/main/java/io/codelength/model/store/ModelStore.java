package io.codelength.model.store;

import io.codelength.model.ByteSource;
import io.codelength.model.ExactContents;
import io.codelength.model.ExactModel;
import io.codelength.model.ExactModelReader;
import io.codelength.model.ExactModelWriter;
import io.codelength.model.Fingerprint;
import io.codelength.model.ModelFormatException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The folder of installed models, shared by every process of a user: {@code <home>/models/<fingerprint>/} holds {@code
 * model.exact}, never changed, and {@code about.json} for people. A model appears whole or not at all: its folder is
 * written under another name, forced to the disk and renamed. Writers take turns by a lock file; readers need none, since
 * on the systems we run on an open file outlives its removal.
 */
public final class ModelStore {
    private static final String EXACT = "model.exact";
    private static final String ABOUT = "about.json";
    private static final String UNFINISHED = ".unfinished-";
    private static final Pattern FOLDER = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern SHORT_NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern PREFIX = Pattern.compile("[0-9a-f]{4,64}");
    private static final int ABOUT_BYTES_MAX = 1 << 16;
    private static final int COPY_BYTES = 1 << 20;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path folder;

    /** @param home the folder of everything Codelength keeps; made when something is installed */
    public ModelStore(Path home) {
        folder = home.resolve("models");
    }

    /**
     * Where a user's models are.
     *
     * @param environment looked up for {@code CODELENGTH_HOME}
     * @param userHome folder below which the default {@code .codelength} lies
     */
    public static Path home(Map<String, String> environment, Path userHome) {
        String chosen = environment.getOrDefault("CODELENGTH_HOME", "");
        return chosen.isEmpty() ? userHome.resolve(".codelength") : Path.of(chosen);
    }

    /** All installed models, by short name, then by fingerprint. */
    public List<InstalledModel> list() throws IOException {
        List<InstalledModel> models = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
                for (Path entry : entries) {
                    if (FOLDER.matcher(entry.getFileName().toString()).matches()) {
                        readAbout(entry).ifPresent(models::add);
                    }
                }
            }
        }
        models.sort(Comparator.comparing(InstalledModel::shortName)
                .thenComparing(model -> model.fingerprint().toString()));
        return models;
    }

    /**
     * Finds a model by its short name, or by at least four leading digits of its fingerprint; a short name goes first.
     *
     * @throws ModelNotFoundException if none or several answer
     */
    public InstalledModel find(String reference) throws IOException {
        List<InstalledModel> models = list();
        List<InstalledModel> found = models.stream()
                .filter(model -> model.shortName().equals(reference))
                .toList();
        String digits = reference.toLowerCase(Locale.ROOT);
        if (found.isEmpty() && PREFIX.matcher(digits).matches()) {
            found = startingWith(models, digits);
        }
        if (found.size() != 1) {
            throw new ModelNotFoundException(reference, found);
        }
        return found.get(0);
    }

    /**
     * Finds the model that an archive names.
     *
     * @param prefix the first bytes of its fingerprint
     * @throws ModelNotFoundException if several installed models begin so
     */
    public Optional<InstalledModel> findByPrefix(byte[] prefix) throws IOException {
        String digits = HexFormat.of().formatHex(prefix);
        List<InstalledModel> found = startingWith(list(), digits);
        if (found.size() > 1) {
            throw new ModelNotFoundException(digits, found);
        }
        return found.stream().findFirst();
    }

    private static List<InstalledModel> startingWith(List<InstalledModel> models, String digits) {
        return models.stream()
                .filter(model -> model.fingerprint().toString().startsWith(digits))
                .toList();
    }

    /** Reads a model and checks its fingerprint on the way. */
    public ExactModel load(InstalledModel model) throws IOException {
        try (ByteSource source = new FileByteSource(exactFile(model))) {
            ExactModel read = ExactModelReader.read(source, model.shortName());
            requireFingerprint(source, model.fingerprint(), read.fingerprint());
            return read;
        }
    }

    /**
     * Reads the whole file again and compares its hash with its name.
     *
     * @throws ModelFormatException if one byte has changed
     */
    public void verify(InstalledModel model) throws IOException {
        load(model);
    }

    /**
     * Installs what an importer made. Installing the same model again only gives it the new name.
     *
     * @param shortName letters, digits, {@code . _ -}, at most 64, beginning with a letter or digit
     * @param source where it came from, for people
     */
    public InstalledModel install(ExactContents contents, String shortName, String source, Instant now)
            throws IOException {
        return install(shortName, source, now, out -> ExactModelWriter.write(contents, out));
    }

    /** Installs an exact file that another store exported. It is read and checked before anything is written. */
    public InstalledModel install(ByteSource exact, String shortName, Instant now) throws IOException {
        Fingerprint fingerprint = ExactModelReader.read(exact, shortName).fingerprint();
        return install(shortName, exact.name(), now, out -> copy(exact, out, fingerprint));
    }

    /** Writes an exact file and says what its fingerprint is. */
    private interface Content {
        Fingerprint writeTo(OutputStream out) throws IOException;
    }

    private InstalledModel install(String shortName, String source, Instant now, Content content) throws IOException {
        requireShortName(shortName);
        Files.createDirectories(folder);
        try (StoreLock lock = StoreLock.take(folder)) {
            removeUnfinished(lock);
            Path unfinished = Files.createTempDirectory(folder, UNFINISHED);
            try {
                Fingerprint fingerprint = writeForced(unfinished.resolve(EXACT), content);
                writeAbout(unfinished, shortName, source, now);
                Path target = folder.resolve(fingerprint.toString());
                if (Files.exists(target.resolve(EXACT))) {
                    replaceAbout(target, unfinished);
                } else {
                    force(unfinished);
                    Files.move(unfinished, target, StandardCopyOption.ATOMIC_MOVE);
                    force(folder);
                }
                return readAbout(target).orElseThrow(() -> new NoSuchFileException(target.toString()));
            } finally {
                deleteFolder(unfinished);
            }
        }
    }

    private static void requireShortName(String shortName) {
        if (!SHORT_NAME.matcher(shortName).matches()) {
            throw new IllegalArgumentException(
                    "short name '%s': expected 1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit"
                            .formatted(shortName));
        }
    }

    /** Copies a model's exact file to a stream; the caller closes it. */
    public void export(InstalledModel model, OutputStream target) throws IOException {
        try (ByteSource source = new FileByteSource(exactFile(model))) {
            copy(source, target, model.fingerprint());
        }
    }

    /** Removes a model; who has it open keeps it. */
    public void remove(InstalledModel model) throws IOException {
        Path target = folder.resolve(model.fingerprint().toString());
        if (!Files.isDirectory(target)) {
            throw new ModelNotFoundException(model.fingerprint().toString(), List.of());
        }
        try (StoreLock lock = StoreLock.take(folder)) {
            removeUnfinished(lock);
            // Renamed first, so that nobody sees half a model.
            Path unfinished = folder.resolve(UNFINISHED + model.fingerprint());
            Files.move(target, unfinished, StandardCopyOption.ATOMIC_MOVE);
            deleteFolder(unfinished);
        }
    }

    /** Where the exact file lies, for people. */
    public Path exactFile(InstalledModel model) {
        return folder.resolve(model.fingerprint().toString()).resolve(EXACT);
    }

    /** What a process that was killed left behind; nobody else can be writing while we hold the lock. */
    private void removeUnfinished(StoreLock held) throws IOException {
        held.requireHeld();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, UNFINISHED + "*")) {
            for (Path entry : entries) {
                deleteFolder(entry);
            }
        }
    }

    private static Fingerprint writeForced(Path file, Content content) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), COPY_BYTES)) {
            Fingerprint fingerprint = content.writeTo(out);
            out.flush();
            channel.force(true);
            return fingerprint;
        }
    }

    private static void writeAbout(Path target, String shortName, String source, Instant now) throws IOException {
        ObjectNode about = JSON.createObjectNode();
        about.put("shortName", shortName);
        about.put("source", source);
        about.put("importedAt", now.toString());
        byte[] bytes = JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(about);
        try (FileChannel channel = FileChannel.open(
                        target.resolve(ABOUT), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                OutputStream out = Channels.newOutputStream(channel)) {
            out.write(bytes);
            channel.force(true);
        }
    }

    private static void replaceAbout(Path target, Path unfinished) throws IOException {
        Files.move(
                unfinished.resolve(ABOUT),
                target.resolve(ABOUT),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        force(target);
    }

    /** @return empty if the model was removed meanwhile */
    private static Optional<InstalledModel> readAbout(Path target) throws IOException {
        Path file = target.resolve(ABOUT);
        try {
            if (Files.size(file) > ABOUT_BYTES_MAX) {
                throw new ModelFormatException(
                        file.toString(), "length", "at most " + ABOUT_BYTES_MAX + " bytes", Files.size(file));
            }
            JsonNode about = JSON.readTree(Files.readAllBytes(file));
            return Optional.of(new InstalledModel(
                    Fingerprint.parse(target.getFileName().toString()),
                    about.path("shortName").asString(""),
                    about.path("source").asString(""),
                    Instant.parse(about.path("importedAt").asString("")),
                    Files.size(target.resolve(EXACT))));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (JacksonException | DateTimeException e) {
            throw new ModelFormatException(
                    file.toString(), "JSON", "shortName, source and importedAt", e.getMessage(), e);
        }
    }

    /** Copies bytes and checks on the way that they still are what their fingerprint says. */
    private static Fingerprint copy(ByteSource source, OutputStream out, Fingerprint fingerprint) throws IOException {
        MessageDigest digest = Fingerprint.newDigest();
        byte[] chunk = new byte[COPY_BYTES];
        for (long at = 0; at < source.length(); at += chunk.length) {
            int count = (int) Math.min(chunk.length, source.length() - at);
            source.readFully(at, chunk, 0, count);
            digest.update(chunk, 0, count);
            out.write(chunk, 0, count);
        }
        requireFingerprint(source, fingerprint, new Fingerprint(digest.digest()));
        return fingerprint;
    }

    private static void requireFingerprint(ByteSource source, Fingerprint expected, Fingerprint found) {
        if (!expected.equals(found)) {
            throw new ModelFormatException(source.name(), "SHA-256", expected.toString(), found);
        }
    }

    /** Brings a folder's entries to the disk, where the system can open folders (not on Windows, whose renames are journaled). */
    private static void force(Path target) throws IOException {
        try (FileChannel channel = FileChannel.open(target, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            if (!System.getProperty("os.name", "").startsWith("Windows")) {
                throw e;
            }
        }
    }

    private static void deleteFolder(Path target) throws IOException {
        if (!Files.isDirectory(target)) {
            return;
        }
        try (Stream<Path> entries = Files.list(target)) {
            for (Path entry : entries.toList()) {
                Files.delete(entry);
            }
        }
        Files.delete(target);
    }
}
