package io.codelength.codec;

import io.codelength.container.ArchiveForm;
import io.codelength.container.ArchiveHeader;
import io.codelength.container.ArchiveReader;
import io.codelength.container.ArchiveRecovery;
import io.codelength.container.ArchiveSource;
import io.codelength.container.CodedFrame;
import io.codelength.container.CompactArchive;
import io.codelength.container.CorruptContainerException;
import io.codelength.container.DictionaryId;
import io.codelength.container.FrameMethod;
import io.codelength.container.IncomingArchive;
import io.codelength.container.LocatedFrame;
import io.codelength.container.ModelReference;
import io.codelength.container.SeekableArchive;
import io.codelength.container.StoredFrame;
import io.codelength.container.UnsupportedFormatException;
import io.codelength.limit.CallScope;
import io.codelength.limit.LimitExceededException;
import io.codelength.mix.Mixing;
import io.codelength.predict.Predictor;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/** Archive to bytes: the mirror image of {@link Compressor}. Thread-safe. */
public final class Decompressor {
    /** Bytes of finished frames that may wait for one before them. */
    private static final long WAITING_BYTES_MAX = 64 << 20;

    private final PredictorSource predictors;
    private final DictionarySource dictionaries;
    private final SymbolSpellings spellings = new SymbolSpellings();
    private final FrameWorkers workers;
    private final int batchLanes;

    /**
     * Has no dictionaries.
     *
     * @param batchLanes the most lanes that step together
     */
    public Decompressor(PredictorSource predictors, int batchLanes) {
        this(predictors, batchLanes, DictionarySource.NONE);
    }

    /**
     * @param batchLanes the most lanes that step together
     * @param dictionaries is asked for those that archives name
     */
    public Decompressor(PredictorSource predictors, int batchLanes, DictionarySource dictionaries) {
        this.predictors = predictors;
        this.dictionaries = dictionaries;
        this.workers = new FrameWorkers(predictors.threads());
        this.batchLanes = batchLanes;
    }

    /**
     * Restores the whole original. Every frame's checksum is checked before its bytes are written, the digest of all at the
     * end. To verify an archive, write to {@link OutputStream#nullOutputStream()}. Closes neither stream.
     *
     * @param name what the archive is called, for error messages
     * @param originalBytesLimit the most bytes to write
     * @throws io.codelength.container.CorruptContainerException naming the place, if the archive is damaged
     * @throws UnsupportedFormatException if it is of another version
     * @throws ModelMismatchException before anything is decoded, if its model is not here
     * @throws DictionaryMismatchException likewise, if its dictionary is not here
     * @throws LimitExceededException if the original would be longer than the limit
     */
    public DecompressionSummary decompress(
            String name,
            InputStream archive,
            OutputStream target,
            long originalBytesLimit,
            CallScope scope,
            Progress progress)
            throws IOException {
        IncomingArchive incoming = IncomingArchive.open(name, new BufferedInputStream(archive));
        if (incoming instanceof CompactArchive compact) {
            checkLimit(compact.originalBytes(), originalBytesLimit);
            target.write(restoreCompact(name, compact, scope));
            progress.reached(compact.originalBytes());
            return new DecompressionSummary(compact.toBytes().length, compact.originalBytes(), 1);
        }
        ArchiveReader reader = (ArchiveReader) incoming;
        // A missing model is noticed here, before a byte is handed out.
        FrameDecoder decoder = decoder(name, reader.header(), scope);
        MessageDigest digest = Digests.sha256();
        Restoration restoration = new Restoration(name, decoder, scope, (originalOffset, bytes) -> {
            digest.update(bytes);
            target.write(bytes);
            progress.reached(originalOffset + bytes.length);
        });
        restoration.restore(() -> {
            Optional<LocatedFrame> next = reader.next();
            if (next.isPresent()) {
                checkLimit(next.get().originalOffset() + next.get().frame().originalBytes(), originalBytesLimit);
            }
            return next;
        });
        reader.finish(digest.digest());
        return new DecompressionSummary(reader.archiveBytes(), reader.originalBytes(), restoration.frames);
    }

    /** Window, lane and memory are what the compact form implies ({@code docs/format.md}, compact form). */
    private byte[] restoreCompact(String name, CompactArchive archive, CallScope scope) {
        if (archive.method() == FrameMethod.STORED) {
            return archive.payload();
        }
        Mixing mixing = mixing(name, archive.dictionary());
        Optional<ModelFrames> modelFrames = archive.model()
                .map(model -> referred(name, model))
                .map(predictor -> modelFrames(
                        predictor,
                        Windows.of(predictor.model().shape().contextTokens(), archive.overlaps()),
                        mixing,
                        MixingMemory.BITS,
                        scope));
        byte[][] original = new byte[1][];
        new FrameDecoder(modelFrames, mixing, MixingMemory.BITS, workers, scope)
                .decode(
                        List.of(archive).iterator(),
                        compact -> FrameTask.of(
                                compact.method(),
                                compact.payload(),
                                1,
                                compact.originalBytes(),
                                new FramePlace(name, 0, 0)),
                        (compact, restored) -> {
                            compact.checkRestored(name, restored);
                            original[0] = restored;
                        });
        return original[0];
    }

    /**
     * Restores bytes {@code first} to {@code last} of the original, zero-based and inclusive, decoding only the frames that
     * hold them.
     *
     * @throws IllegalArgumentException if the range is not inside the original
     */
    public void decompressRange(
            ArchiveSource archive, long first, long last, OutputStream target, CallScope scope, Progress progress)
            throws IOException {
        if (isCompact(archive)) {
            byte[] bytes = new byte[(int) Math.min(archive.length(), CompactArchive.BYTES_MAX + 1)];
            archive.readFully(0, bytes, 0, bytes.length);
            CompactArchive compact = CompactArchive.parse(archive.name(), bytes);
            checkRange(first, last, compact.originalBytes());
            target.write(restoreCompact(archive.name(), compact, scope), (int) first, (int) (last - first + 1));
            return;
        }
        SeekableArchive frames = new SeekableArchive(archive);
        checkRange(first, last, frames.originalBytes());
        int[] next = {frames.frameHolding(first)};
        int end = frames.frameHolding(last) + 1;
        new Restoration(
                        archive.name(),
                        decoder(archive.name(), frames.header(), scope),
                        scope,
                        (originalOffset, bytes) -> {
                            int from = (int) Math.max(0, first - originalOffset);
                            int to = (int) Math.min(bytes.length, last + 1 - originalOffset);
                            target.write(bytes, from, to - from);
                            progress.reached(originalOffset + to - first);
                        })
                .restore(() -> next[0] == end ? Optional.empty() : Optional.of(frames.read(next[0]++)));
    }

    /**
     * Restores what is left of a damaged archive: every frame whose checksums are right, in order, one behind the other. A
     * compact archive is one frame.
     *
     * @param fallback the model to use where neither header nor footer say which; plain windows are then assumed
     * @throws ModelMismatchException if the model that the archive names is not here
     */
    public RecoverySummary recover(
            ArchiveSource archive, Predictor fallback, OutputStream target, CallScope scope, Progress progress)
            throws IOException {
        if (isCompact(archive)) {
            throw new UnsupportedFormatException(
                    "%s is a compact archive, one frame that is whole or lost; use `codelength decompress`"
                            .formatted(archive.name()));
        }
        ArchiveRecovery found = ArchiveRecovery.scan(archive);
        FrameDecoder decoder = found.header().isPresent()
                ? decoder(archive.name(), found.header().get(), scope)
                : headerlessDecoder(fallback, scope);
        int lost = 0;
        long originalBytes = 0;
        for (ArchiveRecovery.FoundFrame frame : found.frames()) {
            LocatedFrame located =
                    new LocatedFrame(found.read(frame), frame.index().orElse(0), frame.archiveOffset(), originalBytes);
            try {
                Iterator<LocatedFrame> only = List.of(located).iterator();
                new Restoration(archive.name(), decoder, scope, (offset, bytes) -> target.write(bytes))
                        .restore(() -> only.hasNext() ? Optional.of(only.next()) : Optional.empty());
                originalBytes += frame.originalBytes();
            } catch (CorruptContainerException e) {
                lost++;
            }
            progress.reached(originalBytes);
        }
        return new RecoverySummary(
                originalBytes, found.frames().size() - lost, lost, found.frameCount(), found.damage(), found.missing());
    }

    private static boolean isCompact(ArchiveSource archive) throws IOException {
        byte[] first = new byte[(int) Math.min(archive.length(), ArchiveForm.FIRST_BYTES)];
        archive.readFully(0, first, 0, first.length);
        return ArchiveForm.of(first) == ArchiveForm.COMPACT;
    }

    /** How to decode the coded frames of an archive with this header; loads the model that it names. */
    private FrameDecoder decoder(String name, ArchiveHeader header, CallScope scope) {
        int memoryBits = header.mixingMemoryBits() == 0 ? MixingMemory.BITS : header.mixingMemoryBits();
        Mixing mixing = mixing(name, header.dictionary());
        Optional<ModelFrames> modelFrames =
                header.model().map(model -> modelFrames(name, model, header, mixing, memoryBits, scope));
        return new FrameDecoder(modelFrames, mixing, memoryBits, workers, scope);
    }

    /** How to decode frames of which it is not known what wrote them. */
    private FrameDecoder headerlessDecoder(Predictor fallback, CallScope scope) {
        Mixing mixing = dictionaries.fallback().map(predictors::mixing).orElseGet(predictors::mixing);
        Windows windows = Windows.of(fallback.model().shape().contextTokens(), false);
        return new FrameDecoder(
                Optional.of(modelFrames(fallback, windows, mixing, MixingMemory.BITS, scope)),
                mixing,
                MixingMemory.BITS,
                workers,
                scope);
    }

    /** What mixes the contexts of an archive; learns the dictionary that it names. */
    private Mixing mixing(String name, Optional<DictionaryId> dictionary) {
        try {
            return dictionary
                    .map(dictionaries::referred)
                    .map(predictors::mixing)
                    .orElseGet(predictors::mixing);
        } catch (DictionaryMismatchException e) {
            throw new DictionaryMismatchException("%s: %s".formatted(name, e.getMessage()), e);
        }
    }

    private ModelFrames modelFrames(
            String name, ModelReference model, ArchiveHeader header, Mixing mixing, int memoryBits, CallScope scope) {
        if (header.profile() != ArchiveHeader.PROFILE) {
            throw new UnsupportedFormatException("%s was written with numeric profile %d; this version reads profile %d"
                    .formatted(name, header.profile(), ArchiveHeader.PROFILE));
        }
        Predictor predictor = referred(name, model);
        int context = predictor.model().shape().contextTokens();
        if (header.windowTokens() > context) {
            throw corruptHeader(
                    name, "a window of %d tokens, where the model has %d".formatted(header.windowTokens(), context));
        }
        return modelFrames(
                predictor, new Windows(header.windowTokens(), header.overlapTokens()), mixing, memoryBits, scope);
    }

    private ModelFrames modelFrames(
            Predictor predictor, Windows windows, Mixing mixing, int memoryBits, CallScope scope) {
        return new ModelFrames(
                predictor, windows, spellings.of(predictor.model()), mixing, memoryBits, batchLanes, scope);
    }

    /** Who has many archives wants to know which one lacks its model. */
    private Predictor referred(String name, ModelReference model) {
        try {
            return predictors.referred(model);
        } catch (ModelMismatchException e) {
            throw new ModelMismatchException("%s: %s".formatted(name, e.getMessage()), e);
        }
    }

    private static CorruptContainerException corruptHeader(String name, String what) {
        return CorruptContainerException.in(name, "header", 0, what);
    }

    private static void checkRange(long first, long last, long originalBytes) {
        if (first < 0 || last < first || last >= originalBytes) {
            throw new IllegalArgumentException(
                    "range %d-%d is not inside the original's 0-%d".formatted(first, last, originalBytes - 1));
        }
    }

    private static void checkLimit(long originalBytes, long limit) {
        if (originalBytes > limit) {
            throw new LimitExceededException(
                    "restored bytes", originalBytes, limit, "Read a range of it, or raise the limit.");
        }
    }

    /** Where frames come from, in order. */
    private interface FrameSupplier {
        Optional<LocatedFrame> next() throws IOException;
    }

    /** Where restored frames go, in order. */
    private interface FrameTarget {
        void accept(long originalOffset, byte[] bytes) throws IOException;
    }

    /** Decodes frames together and hands them on in order, each after its checksum was found right. */
    private final class Restoration {
        private final String name;
        private final FrameDecoder decoder;
        private final CallScope scope;
        private final FrameTarget target;
        private final Deque<Waiting> waiting = new ArrayDeque<>();
        private long waitingBytes;
        private int frames;
        private boolean exhausted;

        private Restoration(String name, FrameDecoder decoder, CallScope scope, FrameTarget target) {
            this.name = name;
            this.decoder = decoder;
            this.scope = scope;
            this.target = target;
        }

        private void restore(FrameSupplier supplier) throws IOException {
            try {
                CodedFrames coded = new CodedFrames(supplier);
                while (!exhausted) {
                    if (coded.hasNext()) {
                        decoder.decode(coded, this::task, this::decoded);
                    }
                    handOn();
                }
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
        }

        private FrameTask task(Waiting frame) {
            return FrameTask.of((CodedFrame) frame.located.frame(), FramePlace.of(name, frame.located));
        }

        private void decoded(Waiting frame, byte[] restored) {
            frame.located.checkRestored(name, restored);
            frame.restored = Optional.of(restored);
            try {
                handOn();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void handOn() throws IOException {
            while (!waiting.isEmpty() && waiting.getFirst().restored.isPresent()) {
                Waiting first = waiting.removeFirst();
                byte[] bytes = first.restored.get();
                target.accept(first.located.originalOffset(), bytes);
                waitingBytes -= bytes.length;
                frames++;
            }
        }

        /** The coded frames among those supplied. Says that there are none while too much waits for the first to be done. */
        private final class CodedFrames implements Iterator<Waiting> {
            private final FrameSupplier supplier;
            private Optional<Waiting> next = Optional.empty();

            private CodedFrames(FrameSupplier supplier) {
                this.supplier = supplier;
            }

            @Override
            public boolean hasNext() {
                try {
                    while (next.isEmpty() && !exhausted && waitingBytes < WAITING_BYTES_MAX) {
                        scope.throwIfCancelled();
                        read();
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return next.isPresent();
            }

            private void read() throws IOException {
                Optional<LocatedFrame> located = supplier.next();
                if (located.isEmpty()) {
                    exhausted = true;
                    return;
                }
                Waiting frame = new Waiting(located.get());
                waiting.add(frame);
                waitingBytes += located.get().frame().originalBytes();
                if (located.get().frame() instanceof StoredFrame stored) {
                    frame.restored = Optional.of(stored.bytes());
                    handOn();
                } else {
                    next = Optional.of(frame);
                }
            }

            @Override
            public Waiting next() {
                if (!hasNext()) {
                    throw new NoSuchElementException();
                }
                Waiting frame = next.orElseThrow();
                next = Optional.empty();
                return frame;
            }
        }
    }

    /** A frame that is being restored, or is restored and waits for its turn. */
    private static final class Waiting {
        private final LocatedFrame located;
        private Optional<byte[]> restored = Optional.empty();

        private Waiting(LocatedFrame located) {
            this.located = located;
        }
    }
}
