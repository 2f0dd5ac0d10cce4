package io.codelength.container;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.util.Optional;

/** An archive of either form that comes in as a stream. */
public sealed interface IncomingArchive permits ArchiveReader, CompactArchive {
    /**
     * Looks at the first bytes and reads as far as the header, or the whole of a compact archive.
     *
     * @param name what the archive is called, for error messages
     * @throws CorruptContainerException if it is not ours or damaged
     * @throws UnsupportedFormatException if it is of another version
     */
    static IncomingArchive open(String name, InputStream in) throws IOException {
        PushbackInputStream stream = new PushbackInputStream(in, ArchiveForm.FIRST_BYTES);
        byte[] first = stream.readNBytes(ArchiveForm.FIRST_BYTES);
        stream.unread(first);
        return switch (ArchiveForm.of(first)) {
            case FULL -> new ArchiveReader(name, stream);
            // One byte more than the longest tells whether something follows.
            case COMPACT -> CompactArchive.parse(name, stream.readNBytes(CompactArchive.BYTES_MAX + 1));
            case FOREIGN -> throw ArchiveForm.foreign(name);
        };
    }

    /** The model that decodes it, if it needs one. */
    Optional<ModelReference> model();

    /** The dictionary that decodes it, if it needs one. */
    Optional<DictionaryId> dictionary();
}
