package io.codelength.cli;

import io.codelength.container.ArchiveHeader;
import io.codelength.container.ArchiveReader;
import io.codelength.container.CodedFrame;
import io.codelength.container.CompactArchive;
import io.codelength.container.DictionaryId;
import io.codelength.container.Frame;
import io.codelength.container.FrameMethod;
import io.codelength.container.IncomingArchive;
import io.codelength.container.LocatedFrame;
import io.codelength.container.ModelReference;
import io.codelength.limit.Cancellation;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What an archive says about itself, read from its first byte to its last without a model; every checksum but those of
 * what frames decode to was compared.
 *
 * @param form {@code full} or {@code compact}
 * @param header of a full archive
 * @param model what decodes it, if it needs one
 * @param dictionary what decodes it besides, if it needs one
 * @param digest first bytes of the original's SHA-256, in hexadecimal; empty in the compact form, which has none
 */
record ArchiveFacts(
        String form,
        Optional<ArchiveHeader> header,
        Optional<ModelReference> model,
        Optional<DictionaryId> dictionary,
        List<FrameFacts> frames,
        long archiveBytes,
        long originalBytes,
        String digest) {

    /** One frame: where it is and what it holds. */
    record FrameFacts(
            long archiveOffset,
            long originalOffset,
            FrameMethod method,
            int lanes,
            int originalBytes,
            int payloadBytes) {
        static FrameFacts of(LocatedFrame located) {
            Frame frame = located.frame();
            return frame instanceof CodedFrame coded
                    ? new FrameFacts(
                            located.archiveOffset(),
                            located.originalOffset(),
                            coded.method(),
                            coded.lanes(),
                            coded.originalBytes(),
                            coded.payload().length)
                    : new FrameFacts(
                            located.archiveOffset(),
                            located.originalOffset(),
                            frame.method(),
                            1,
                            frame.originalBytes(),
                            frame.originalBytes());
        }
    }

    static ArchiveFacts read(String name, InputStream stream, Cancellation cancellation) throws IOException {
        IncomingArchive archive = IncomingArchive.open(name, stream);
        if (archive instanceof CompactArchive compact) {
            return ofCompact(compact);
        } else if (archive instanceof ArchiveReader full) {
            return ofFull(full, cancellation);
        }
        throw new IllegalStateException("a third form of archive");
    }

    private static ArchiveFacts ofCompact(CompactArchive archive) {
        FrameFacts only = new FrameFacts(0, 0, archive.method(), 1, archive.originalBytes(), archive.payload().length);
        return new ArchiveFacts(
                "compact",
                Optional.empty(),
                archive.model(),
                archive.dictionary(),
                List.of(only),
                archive.toBytes().length,
                archive.originalBytes(),
                "");
    }

    private static ArchiveFacts ofFull(ArchiveReader archive, Cancellation cancellation) throws IOException {
        List<FrameFacts> frames = new ArrayList<>();
        for (Optional<LocatedFrame> frame = archive.next(); frame.isPresent(); frame = archive.next()) {
            cancellation.throwIfCancelled();
            frames.add(FrameFacts.of(frame.get()));
        }
        return new ArchiveFacts(
                "full",
                Optional.of(archive.header()),
                archive.model(),
                archive.dictionary(),
                frames,
                archive.archiveBytes(),
                archive.originalBytes(),
                HexFormat.of().formatHex(archive.digest()));
    }

    double rate() {
        return originalBytes == 0 ? 0 : (double) archiveBytes / originalBytes;
    }

    /** Frames by method, as in {@code 3 tokens, 1 stored}. */
    String methods() {
        Map<FrameMethod, Integer> counts = new EnumMap<>(FrameMethod.class);
        for (FrameFacts frame : frames) {
            counts.merge(frame.method(), 1, Integer::sum);
        }
        return counts.entrySet().stream()
                .map(entry -> entry.getValue() + " " + nameOf(entry.getKey()))
                .collect(Collectors.joining(", "));
    }

    static String nameOf(FrameMethod method) {
        return method.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    Map<String, Object> toJson(String name, boolean withFrames) {
        Map<String, Object> facts = Json.object();
        facts.put("archive", name);
        facts.put("form", form);
        model.ifPresent(reference -> facts.put("model", reference.toString()));
        dictionary.ifPresent(id -> facts.put("dictionary", id.toString()));
        header.filter(head -> head.model().isPresent()).ifPresent(head -> {
            facts.put("profile", head.profile());
            facts.put("windowTokens", head.windowTokens());
            facts.put("overlapTokens", head.overlapTokens());
        });
        facts.put("archiveBytes", archiveBytes);
        facts.put("originalBytes", originalBytes);
        facts.put("rate", rate());
        facts.put("bitsPerByte", 8 * rate());
        facts.put("frames", frames.size());
        if (!digest.isEmpty()) {
            facts.put("sha256Prefix", digest);
        }
        if (withFrames) {
            facts.put("frameList", frames.stream().map(ArchiveFacts::toJson).toList());
        }
        return facts;
    }

    private static Map<String, Object> toJson(FrameFacts frame) {
        Map<String, Object> facts = Json.object();
        facts.put("archiveOffset", frame.archiveOffset());
        facts.put("originalOffset", frame.originalOffset());
        facts.put("method", nameOf(frame.method()));
        facts.put("lanes", frame.lanes());
        facts.put("originalBytes", frame.originalBytes());
        facts.put("payloadBytes", frame.payloadBytes());
        return facts;
    }
}
