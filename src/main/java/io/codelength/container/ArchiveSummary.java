package io.codelength.container;

import java.io.IOException;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * What an archive says of itself without being decoded.
 *
 * @param compact whether it is of the compact form, which has neither frames nor digest
 * @param version of the format
 * @param header model, profile, window and overlap; empty in the compact form, where the model implies the rest
 * @param model what decodes it
 * @param dictionary what decodes it besides, if the mixing learned one before
 * @param frames number of frames; 1 in the compact form
 * @param lanesMax the most lanes in a frame
 * @param frameBytesMax the most original bytes in a frame
 * @param framesByMethod how many frames of each method; methods without one are left out
 * @param originalBytes length of the original
 * @param payloadBytes of all frames together
 * @param archiveBytes length of the archive
 * @param digest first 16 bytes of the original's SHA-256 as hexadecimal digits; empty in the compact form
 */
public record ArchiveSummary(
        boolean compact,
        int version,
        Optional<ArchiveHeader> header,
        Optional<ModelReference> model,
        Optional<DictionaryId> dictionary,
        int frames,
        int lanesMax,
        int frameBytesMax,
        Map<FrameMethod, Integer> framesByMethod,
        long originalBytes,
        long payloadBytes,
        long archiveBytes,
        Optional<String> digest) {
    /**
     * Reads header and footer, or the whole of a compact archive. Frames are not read.
     *
     * @throws CorruptContainerException naming the place, if those are damaged or not ours
     * @throws UnsupportedFormatException if the archive is of another version
     */
    public static ArchiveSummary of(ArchiveSource source) throws IOException {
        return switch (ArchiveForm.of(source)) {
            case FULL -> ofFull(new SeekableArchive(source), source.length());
            case COMPACT -> ofCompact(CompactArchive.read(source), source.length());
            case FOREIGN -> throw ArchiveForm.foreign(source.name());
        };
    }

    private static ArchiveSummary ofFull(SeekableArchive archive, long archiveBytes) {
        Map<FrameMethod, Integer> framesByMethod = new EnumMap<>(FrameMethod.class);
        int lanesMax = 0;
        int frameBytesMax = 0;
        long payloadBytes = 0;
        for (int i = 0; i < archive.frames(); i++) {
            FrameEntry entry = archive.entry(i);
            framesByMethod.merge(entry.method(), 1, Integer::sum);
            lanesMax = Math.max(lanesMax, entry.lanes());
            frameBytesMax = Math.max(frameBytesMax, entry.originalBytes());
            payloadBytes += entry.payloadBytes();
        }
        return new ArchiveSummary(
                false,
                ArchiveFormat.VERSION,
                Optional.of(archive.header()),
                archive.header().model(),
                archive.header().dictionary(),
                archive.frames(),
                lanesMax,
                frameBytesMax,
                Collections.unmodifiableMap(framesByMethod),
                archive.originalBytes(),
                payloadBytes,
                archiveBytes,
                Optional.of(HexFormat.of().formatHex(archive.digest())));
    }

    private static ArchiveSummary ofCompact(CompactArchive archive, long archiveBytes) {
        return new ArchiveSummary(
                true,
                ArchiveFormat.COMPACT_VERSION,
                Optional.empty(),
                archive.model(),
                archive.dictionary(),
                1,
                1,
                archive.originalBytes(),
                Map.of(archive.method(), 1),
                archive.originalBytes(),
                archive.payload().length,
                archiveBytes,
                Optional.empty());
    }
}
