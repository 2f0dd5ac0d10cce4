package io.codelength.container;

import static io.codelength.container.ArchiveFormat.MARK_BYTES;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Finds what is whole in a damaged archive ({@code docs/format.md}, "Recovery"). With a footer every frame is looked for
 * where it must be, counted from the front and from the back; without one, frame by frame from the header, and after
 * damage by the next mark. Needs no model.
 */
public final class ArchiveRecovery {
    /**
     * A frame whose head and payload match their checksums.
     *
     * @param index its number, if known
     * @param archiveOffset where its mark begins
     * @param originalOffset where its bytes begin in the original, if known
     * @param lanes 1 if stored
     */
    public record FoundFrame(
            OptionalInt index,
            long archiveOffset,
            OptionalLong originalOffset,
            FrameMethod method,
            int lanes,
            int originalBytes,
            int payloadBytes) {}

    /** Bytes {@code from} to {@code to}, the latter exclusive, of the archive or of the original. */
    public record ByteRange(long from, long to) {
        public long bytes() {
            return to - from;
        }
    }

    private static final int PIECE_BYTES = 1 << 16;

    /** How often every byte may be looked at on average: crafted marks and ends may not make the work quadratic. */
    private static final int LOOKS_MAX = 64;

    private final ArchiveSource source;
    private final List<FoundFrame> frames = new ArrayList<>();
    private final List<ByteRange> sound = new ArrayList<>();
    private Optional<byte[]> fields = Optional.empty();
    private Optional<Footer> footer = Optional.empty();
    private Optional<ArchiveHeader> header = Optional.empty();
    private long budgetBytes;

    private ArchiveRecovery(ArchiveSource source) {
        this.source = source;
        this.budgetBytes = (source.length() + ArchiveFormat.FRAME_BYTES_MAX) * LOOKS_MAX;
    }

    /** Looks through an archive; whatever its bytes are, only reading them can fail. */
    public static ArchiveRecovery scan(ArchiveSource source) throws IOException {
        ArchiveRecovery recovery = new ArchiveRecovery(source);
        recovery.findHeader();
        recovery.findFooter();
        if (recovery.footer.isPresent()) {
            recovery.findByTable(recovery.footer.get());
        } else {
            recovery.findByWalking();
        }
        return recovery;
    }

    /** What the header, or else its copy in the footer, says; empty if both are gone. */
    public Optional<ArchiveHeader> header() {
        return header;
    }

    /** All whole frames in the order of the archive. */
    public List<FoundFrame> frames() {
        return Collections.unmodifiableList(frames);
    }

    /** Bytes of the archive that belong to no sound header, frame or footer. */
    public List<ByteRange> damage() {
        return gaps(sound, source.length());
    }

    /** Length of the original, if the footer is whole. */
    public OptionalLong originalBytes() {
        return footer.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(Arrays.stream(footer.get().descriptors())
                        .mapToLong(FrameDescriptor::originalBytes)
                        .sum());
    }

    /** How many frames there were, if the footer is whole. */
    public OptionalInt frameCount() {
        return footer.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of(footer.get().descriptors().length);
    }

    /** First 16 bytes of the original's SHA-256, if the footer is whole. */
    public Optional<byte[]> digest() {
        return footer.map(found -> found.digest().clone());
    }

    /** Ranges of the original that no found frame of known place holds; empty too if the footer is gone. */
    public List<ByteRange> missing() {
        if (footer.isEmpty()) {
            return List.of();
        }
        List<ByteRange> held = new ArrayList<>();
        for (FoundFrame frame : frames) {
            frame.originalOffset().ifPresent(at -> held.add(new ByteRange(at, at + frame.originalBytes())));
        }
        return gaps(held, originalBytes().orElseThrow());
    }

    /** Reads a frame that was found. */
    public Frame read(FoundFrame found) throws IOException {
        return FrameCodec.readAt(
                source, found.archiveOffset(), source.length(), found.index().orElse(0), ArchiveHeader.OF_EVERYTHING);
    }

    private static List<ByteRange> gaps(List<ByteRange> held, long length) {
        List<ByteRange> gaps = new ArrayList<>();
        long at = 0;
        for (ByteRange range : held) {
            if (range.from() > at) {
                gaps.add(new ByteRange(at, range.from()));
            }
            at = range.to();
        }
        if (length > at) {
            gaps.add(new ByteRange(at, length));
        }
        return gaps;
    }

    private void findHeader() throws IOException {
        try {
            ByteReader in = new ByteReader(source.name(), new SourceStream(source, 0, source.length()), 0);
            byte[] found = ArchiveReader.readHeader(in);
            header = Optional.of(HeaderFields.read(source.name(), 5, found));
            fields = Optional.of(found);
            sound.add(new ByteRange(0, in.offset()));
        } catch (CorruptContainerException | UnsupportedFormatException e) {
            header = Optional.empty(); // the footer has a copy
        }
    }

    private void findFooter() throws IOException {
        footer = footerEndingAt(source.length());
        if (footer.isEmpty()) {
            // Something may follow it. Then it counts only if the archive it closes begins where this one does: a
            // stored
            // frame may hold an archive of its own.
            byte[] end = new byte[4];
            ArchiveFormat.put(end, 0, 4, ArchiveFormat.END);
            for (long at = lastIndexOf(end, source.length());
                    at >= 0 && footer.isEmpty();
                    at = lastIndexOf(end, at + 3)) {
                footer = footerEndingAt(at + 4)
                        .filter(found -> found.headerBytes() + found.framesBytes() == found.start());
            }
        }
        if (header.isEmpty() && footer.isPresent()) {
            try {
                header = Optional.of(HeaderFields.read(
                        source.name(), footer.get().start(), footer.get().fields()));
            } catch (CorruptContainerException | UnsupportedFormatException e) {
                header = Optional.empty(); // frames are found without it
            }
        }
    }

    private Optional<Footer> footerEndingAt(long end) throws IOException {
        try {
            Footer found = Footer.read(source, end);
            return Optional.of(found);
        } catch (CorruptContainerException | UnsupportedFormatException e) {
            return Optional.empty();
        } finally {
            budgetBytes -= footerLength(end);
        }
    }

    private long footerLength(long end) throws IOException {
        if (end < ArchiveFormat.FOOTER_FIXED_BYTES) {
            return 0;
        }
        byte[] length = new byte[4];
        source.readFully(end - 12, length, 0, 4);
        return Math.min(ArchiveFormat.get(length, 0, 4), source.length());
    }

    /** Every frame where the seek table puts it, from the front or, if bytes were lost or added before, from the back. */
    private void findByTable(Footer found) throws IOException {
        FrameDescriptor[] table = found.descriptors();
        long fromFront = found.headerBytes();
        long fromBack = found.start() - found.framesBytes();
        long original = 0;
        long end = 0;
        int firstMissing = 0;
        for (int i = 0; i < table.length; i++) {
            FrameDescriptor wanted = table[i];
            boolean inFront = isWhole(fromFront, end, wanted);
            if (inFront || (fromBack != fromFront && isWhole(fromBack, end, wanted))) {
                long at = inFront ? fromFront : fromBack;
                if (fromFront != fromBack) {
                    findMoved(found, firstMissing, i, end, at);
                }
                add(OptionalInt.of(i), at, OptionalLong.of(original), wanted);
                end = at + wanted.frameBytes();
                firstMissing = i + 1;
            }
            fromFront += wanted.frameBytes();
            fromBack += wanted.frameBytes();
            original += wanted.originalBytes();
        }
        if (fromFront != fromBack) {
            findMoved(found, firstMissing, table.length, end, found.start());
        }
        sound.add(new ByteRange(found.start(), found.end()));
    }

    private boolean isWhole(long at, long notBefore, FrameDescriptor wanted) throws IOException {
        return at >= notBefore && soundHead(at).filter(wanted::equals).isPresent() && isWhole(at, wanted);
    }

    /** Frames {@code from} to {@code to} of the table, looked for by their marks where bytes were lost or added. */
    private void findMoved(Footer found, int from, int to, long gapStart, long gapEnd) throws IOException {
        int next = from;
        for (long at = nextWhole(gapStart, gapEnd); at >= 0 && next < to; ) {
            FrameDescriptor descriptor = soundHead(at).orElseThrow();
            List<Integer> fitting = new ArrayList<>();
            for (int i = next; i < to && fitting.size() < 2; i++) {
                if (found.descriptors()[i].equals(descriptor)) {
                    fitting.add(i);
                }
            }
            if (fitting.size() == 1) {
                int index = fitting.get(0);
                long original = Arrays.stream(found.descriptors(), 0, index)
                        .mapToLong(FrameDescriptor::originalBytes)
                        .sum();
                add(OptionalInt.of(index), at, OptionalLong.of(original), descriptor);
                next = index + 1;
            } else if (!fitting.isEmpty()) {
                add(OptionalInt.empty(), at, OptionalLong.empty(), descriptor);
            }
            at = nextWhole(at + (fitting.isEmpty() ? 1 : descriptor.frameBytes()), gapEnd);
        }
    }

    /** Without a footer: from frame to frame, and after damage from mark to mark. */
    private void findByWalking() throws IOException {
        long at = fields.map(found -> (long) ArchiveFormat.HEADER_FIXED_BYTES + found.length)
                .orElse(0L);
        OptionalInt index = fields.isPresent() ? OptionalInt.of(0) : OptionalInt.empty();
        OptionalLong original = fields.isPresent() ? OptionalLong.of(0) : OptionalLong.empty();
        while (at >= 0 && at < source.length()) {
            Optional<FrameDescriptor> head = soundHead(at);
            boolean whole = head.isPresent() && isWhole(at, head.get());
            if (whole) {
                add(index, at, original, head.orElseThrow());
            }
            // A damaged payload between sound heads is one frame of known length; anything else loses count.
            boolean counted = head.isPresent()
                    && (whole || soundHead(at + head.get().frameBytes()).isPresent());
            if (counted) {
                int originalBytes = head.orElseThrow().originalBytes();
                index = index.isPresent() ? OptionalInt.of(index.getAsInt() + 1) : index;
                original = original.isPresent() ? OptionalLong.of(original.getAsLong() + originalBytes) : original;
                at += head.get().frameBytes();
            } else {
                index = OptionalInt.empty();
                original = OptionalLong.empty();
                at = nextWhole(at + 1, source.length());
            }
        }
    }

    private void add(OptionalInt index, long at, OptionalLong original, FrameDescriptor descriptor) {
        Optional<FrameMethod> method = FrameMethod.of(descriptor.method());
        if (method.isPresent()) {
            frames.add(new FoundFrame(
                    index,
                    at,
                    original,
                    method.get(),
                    descriptor.lanes(),
                    descriptor.originalBytes(),
                    descriptor.payloadBytes()));
        }
        sound.add(new ByteRange(at, at + descriptor.frameBytes()));
    }

    /** The offset of the next whole frame that ends by {@code end}, or -1. */
    private long nextWhole(long from, long end) throws IOException {
        byte[] mark = new byte[MARK_BYTES];
        ArchiveFormat.put(mark, 0, MARK_BYTES, ArchiveFormat.FRAME_MARK);
        long at = from;
        while (true) {
            at = indexOf(mark, at, end);
            if (at < 0) {
                return -1;
            }
            Optional<FrameDescriptor> head = soundHead(at);
            if (head.isPresent() && at + head.get().frameBytes() <= end && isWhole(at, head.get())) {
                return at;
            }
            at++;
        }
    }

    private Optional<FrameDescriptor> soundHead(long at) throws IOException {
        int count = (int) Math.min(FrameDescriptor.CODED_HEAD_BYTES, source.length() - at);
        if (at < 0 || count < FrameDescriptor.STORED_HEAD_BYTES) {
            return Optional.empty();
        }
        byte[] head = new byte[count];
        source.readFully(at, head, 0, count);
        return FrameCodec.soundHead(head)
                .filter(descriptor -> descriptor.brokenRule().isEmpty());
    }

    /** Whether the payload after a sound head is whole. */
    private boolean isWhole(long at, FrameDescriptor head) throws IOException {
        if (at + head.frameBytes() > source.length() || budgetBytes < 0) {
            return false;
        }
        budgetBytes -= head.frameBytes();
        byte[] frame = new byte[head.frameBytes()];
        source.readFully(at, frame, 0, frame.length);
        return FrameCodec.isPayloadSound(frame, head);
    }

    private long indexOf(byte[] wanted, long from, long end) throws IOException {
        byte[] piece = new byte[(int) Math.max(0, Math.min(PIECE_BYTES, end - from))];
        for (long at = from; at + wanted.length <= end; at += PIECE_BYTES - wanted.length + 1) {
            int count = (int) Math.min(piece.length, end - at);
            budgetBytes -= count;
            if (budgetBytes < 0) {
                return -1;
            }
            source.readFully(at, piece, 0, count);
            for (int i = 0; i + wanted.length <= count; i++) {
                if (Arrays.equals(piece, i, i + wanted.length, wanted, 0, wanted.length)) {
                    return at + i;
                }
            }
        }
        return -1;
    }

    /** The last place that ends by {@code end}, or -1. */
    private long lastIndexOf(byte[] wanted, long end) throws IOException {
        byte[] piece = new byte[(int) Math.min(PIECE_BYTES, end)];
        for (long to = end; to >= wanted.length; to -= PIECE_BYTES - wanted.length + 1) {
            int count = (int) Math.min(piece.length, to);
            budgetBytes -= count;
            if (budgetBytes < 0) {
                return -1;
            }
            source.readFully(to - count, piece, 0, count);
            for (int i = count - wanted.length; i >= 0; i--) {
                if (Arrays.equals(piece, i, i + wanted.length, wanted, 0, wanted.length)) {
                    return to - count + i;
                }
            }
        }
        return -1;
    }
}
