package io.codelength.container;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;

/** A full archive read at any place, by its seek table. Reads no frame until asked to. */
public final class SeekableArchive {
    private final ArchiveSource source;
    private final ArchiveHeader header;
    private final FrameDescriptor[] descriptors;
    private final byte[] digest;
    private final long[] archiveOffsets; // one more than frames: the last is the footer's
    private final long[] originalOffsets; // one more than frames: the last is the original's length

    /**
     * Reads header and footer.
     *
     * @throws CorruptContainerException naming the place, if they are damaged or disagree
     * @throws UnsupportedFormatException if the archive is of another version or has frames of unknown methods
     */
    public SeekableArchive(ArchiveSource source) throws IOException {
        this.source = source;
        String name = source.name();
        byte[] fields = ArchiveReader.readHeader(new ByteReader(name, new SourceStream(source, 0, source.length()), 0));
        this.header = HeaderFields.read(name, 5, fields);
        Footer footer = Footer.read(source, source.length());
        if (!Arrays.equals(fields, footer.fields())) {
            throw CorruptContainerException.in(name, "footer", footer.start(), "its copy of the header fields differs");
        }
        this.descriptors = footer.descriptors();
        this.digest = footer.digest();
        this.archiveOffsets = new long[descriptors.length + 1];
        this.originalOffsets = new long[descriptors.length + 1];
        archiveOffsets[0] = footer.headerBytes();
        for (int i = 0; i < descriptors.length; i++) {
            Optional<String> lack = header.lackFor(FrameMethod.read(name, i, descriptors[i].method()));
            if (lack.isPresent()) {
                throw CorruptContainerException.in(
                        name, "seek table", footer.start(), "frame %d: %s".formatted(i, lack.get()));
            }
            archiveOffsets[i + 1] = archiveOffsets[i] + descriptors[i].frameBytes();
            originalOffsets[i + 1] = originalOffsets[i] + descriptors[i].originalBytes();
        }
        if (archiveOffsets[descriptors.length] != footer.start()) {
            throw CorruptContainerException.in(
                    name,
                    "seek table",
                    footer.start(),
                    "the frames end at %d, the footer begins at %d"
                            .formatted(archiveOffsets[descriptors.length], footer.start()));
        }
    }

    /** What the archive is called, for error messages. */
    public String name() {
        return source.name();
    }

    public ArchiveHeader header() {
        return header;
    }

    /** How many frames there are. */
    public int frames() {
        return descriptors.length;
    }

    /** Length of the original. */
    public long originalBytes() {
        return originalOffsets[descriptors.length];
    }

    /** First 16 bytes of the original's SHA-256. */
    public byte[] digest() {
        return digest.clone();
    }

    /** What the seek table says of one frame. */
    public FrameEntry entry(int index) {
        FrameDescriptor descriptor = descriptors[index];
        return new FrameEntry(
                index,
                archiveOffsets[index],
                originalOffsets[index],
                FrameMethod.read(source.name(), index, descriptor.method()),
                descriptor.lanes(),
                descriptor.originalBytes(),
                descriptor.payloadBytes());
    }

    /**
     * The frame that holds a byte of the original.
     *
     * @param originalOffset zero-based
     * @return its number
     * @throws IndexOutOfBoundsException if the original is not that long
     */
    public int frameHolding(long originalOffset) {
        if (originalOffset < 0 || originalOffset >= originalBytes()) {
            throw new IndexOutOfBoundsException(
                    "byte %d of an original of %d bytes".formatted(originalOffset, originalBytes()));
        }
        int found = Arrays.binarySearch(originalOffsets, originalOffset);
        return found >= 0 ? found : -found - 2;
    }

    /**
     * Reads one frame.
     *
     * @throws CorruptContainerException if it is damaged or not what the seek table says
     */
    public LocatedFrame read(int index) throws IOException {
        long start = archiveOffsets[index];
        Frame frame = FrameCodec.readAt(source, start, archiveOffsets[index + 1], index, header);
        if (!FrameDescriptor.of(frame).equals(descriptors[index])) {
            throw CorruptContainerException.inFrame(source.name(), index, start, "it is not what the seek table says");
        }
        return new LocatedFrame(frame, index, start, originalOffsets[index]);
    }
}
