package io.codelength.codec;

import io.codelength.container.ArchiveHeader;
import io.codelength.container.ArchiveWriter;
import io.codelength.container.Checksums;
import io.codelength.container.CodedFrame;
import io.codelength.container.CompactArchive;
import io.codelength.container.Dictionary;
import io.codelength.container.DictionaryId;
import io.codelength.container.Frame;
import io.codelength.container.FrameMethod;
import io.codelength.container.ModelReference;
import io.codelength.container.StoredFrame;
import io.codelength.limit.CallScope;
import io.codelength.limit.LimitExceededException;
import io.codelength.mix.Mixing;
import io.codelength.model.Fingerprint;
import io.codelength.predict.Predictor;
import io.codelength.text.ByteEntropy;
import io.codelength.text.FrameLanes;
import io.codelength.text.TextTransform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Bytes to archive. Thread-safe; see {@link Decompressor} for the way back. */
public final class Compressor {
    private final PredictorSource predictors;
    private final SymbolSpellings spellings = new SymbolSpellings();
    private final FrameWorkers workers;
    private final LaneReader.Reading reading;

    public Compressor(PredictorSource predictors) {
        this(predictors, LaneReader.Reading.ONE_PASS);
    }

    Compressor(PredictorSource predictors, LaneReader.Reading reading) {
        this.predictors = predictors;
        this.workers = new FrameWorkers(predictors.threads());
        this.reading = reading;
    }

    /**
     * Reads the source to its end and writes a whole archive. A frame is written only after it was decoded and compared
     * (unless the options say otherwise). Closes neither stream.
     *
     * @param predictor the model to use, from this compressor's source; of no use, and possibly empty, if the tier needs none
     * @throws IOException if a stream fails; what was written is then no archive
     * @throws io.codelength.limit.CancelledException if the scope was cancelled, within a step
     * @throws io.codelength.limit.LimitExceededException if the scope's memory does not hold one lane
     */
    public CompressionSummary compress(
            InputStream source,
            OutputStream archive,
            Optional<Predictor> predictor,
            CompressionOptions options,
            CallScope scope,
            Progress progress)
            throws IOException {
        if (predictor.isEmpty() && options.tier().needsModel()) {
            throw new IllegalArgumentException("tier %s needs a model".formatted(options.tier()));
        }
        Optional<Predictor> used = predictor.filter(any -> options.tier().needsModel());
        byte[] beginning = source.readNBytes(CompactArchive.ORIGINAL_BYTES_MAX + 1);
        if (beginning.length <= CompactArchive.ORIGINAL_BYTES_MAX
                && options.lanes().orElse(1) == 1) {
            return new Compression(used, options.withLanes(1), scope, progress).compact(beginning, archive);
        }
        InputStream whole = new SequenceInputStream(new ByteArrayInputStream(beginning), source);
        return new Compression(used, options, scope, progress).framed(whole, archive);
    }

    /** What one method made of a frame. */
    private record Candidate(FrameMethod method, int lanes, byte[] payload) {}

    /** One call's work. */
    private final class Compression {
        private final Optional<ModelReference> model;
        private final Optional<DictionaryId> dictionary;
        private final Mixing mixing;
        private final ArchiveHeader header;
        private final Optional<Predictor> predictor;
        private final Optional<ModelFrames> modelFrames;
        private final CompressionOptions options;
        private final CallScope scope;
        private final Progress progress;
        private final MessageDigest digest = Digests.sha256();

        private Compression(
                Optional<Predictor> predictor, CompressionOptions options, CallScope scope, Progress progress) {
            Tier tier = options.tier();
            this.predictor = predictor;
            this.options = options;
            this.scope = scope;
            this.progress = progress;
            dictionary = options.dictionary().map(Dictionary::id);
            mixing = options.dictionary().map(predictors::mixing).orElseGet(predictors::mixing);
            int memoryBits = tier.mixesContexts() || tier.mixesTokens() ? MixingMemory.BITS : 0;
            if (predictor.isEmpty()) {
                model = Optional.empty();
                modelFrames = Optional.empty();
                header = withDictionary(ArchiveHeader.WITHOUT_MODEL.withMixing(memoryBits));
            } else {
                Windows windows = windows(predictor.get());
                ModelReference reference = modelReference(predictor.get());
                model = Optional.of(reference);
                header = withDictionary(
                        ArchiveHeader.withModel(reference, windows.windowTokens(), windows.overlapTokens())
                                .withMixing(memoryBits));
                modelFrames = Optional.of(modelFrames(predictor.get()));
            }
        }

        private Windows windows(Predictor any) {
            return options.tier().windows(any.model().shape().contextTokens());
        }

        private ModelFrames modelFrames(Predictor any) {
            return new ModelFrames(
                    any,
                    windows(any),
                    spellings.of(any.model()),
                    mixing,
                    MixingMemory.BITS,
                    options.batchLanes(),
                    scope);
        }

        private ArchiveHeader withDictionary(ArchiveHeader without) {
            return dictionary.map(without::withDictionary).orElse(without);
        }

        private ModelReference modelReference(Predictor predictor) {
            Fingerprint fingerprint = predictor.model().fingerprint();
            OptionalInt number = predictors.shippedNumber(fingerprint);
            return number.isPresent()
                    ? new ModelReference.Shipped(number.getAsInt())
                    : new ModelReference.FingerprintPrefix(Arrays.copyOf(fingerprint.toBytes(), 16));
        }

        private CompressionSummary compact(byte[] original, OutputStream archive) throws IOException {
            CompactArchive shortest = CompactArchive.stored(original);
            byte[] bytes = shortest.toBytes();
            for (Candidate candidate : original.length == 0
                    ? List.<Candidate>of()
                    : begin(original, modelFrames).candidates()) {
                CompactArchive coded = CompactArchive.coded(
                        candidate.method,
                        options.tier().overlapsWindows(),
                        candidate.method.needsModel() ? model : Optional.empty(),
                        candidate.method.mixesContexts() ? dictionary : Optional.empty(),
                        original,
                        candidate.payload);
                if (coded.toBytes().length < bytes.length) {
                    shortest = coded;
                    bytes = coded.toBytes();
                }
            }
            if (options.verify() && shortest.method() != FrameMethod.STORED) {
                verify(List.of(original), List.of(frame(shortest.method(), 1, original, shortest.payload())));
            }
            archive.write(bytes);
            archive.flush();
            progress.reached(original.length);
            return new CompressionSummary(original.length, bytes.length, 1, digest.digest(original));
        }

        private CompressionSummary framed(InputStream source, OutputStream archive) throws IOException {
            ArchiveWriter writer = new ArchiveWriter(archive, header);
            FrameSource frameSource = new FrameSource(source, options.tier().frameBytes());
            long originalBytes = 0;
            for (List<byte[]> group = readGroup(frameSource); !group.isEmpty(); group = readGroup(frameSource)) {
                List<Frame> frames = encode(group);
                if (options.verify()) {
                    verify(group, frames);
                }
                for (int i = 0; i < frames.size(); i++) {
                    byte[] original = group.get(i);
                    writer.append(shorter(writer, frames.get(i), original));
                    digest.update(original);
                    originalBytes += original.length;
                    progress.reached(originalBytes);
                }
            }
            byte[] sha256 = digest.digest();
            long archiveBytes = writer.finish(sha256);
            return new CompressionSummary(originalBytes, archiveBytes, writer.frames(), sha256);
        }

        private static Frame shorter(ArchiveWriter writer, Frame frame, byte[] original) {
            return frame instanceof CodedFrame coded && !writer.pays(original.length, coded.payload().length)
                    ? new StoredFrame(original)
                    : frame;
        }

        /** As many frames as fill a batch when they are verified together; none at the end. */
        private List<byte[]> readGroup(FrameSource source) throws IOException {
            List<byte[]> group = new ArrayList<>();
            for (int lanes = 0; lanes < options.batchLanes(); ) {
                byte[] frame = source.next();
                if (frame.length == 0) {
                    break;
                }
                group.add(frame);
                if (modelFrames.isPresent()) {
                    lanes += divide(frame).count();
                } else if (group.size() == workers.count()) {
                    break;
                }
            }
            return group;
        }

        private FrameLanes divide(byte[] text) {
            return options.lanes().isPresent()
                    ? new FrameLanes(text.length, Math.min(options.lanes().getAsInt(), text.length))
                    : FrameLanes.bySize(text.length, options.tier().laneBytes());
        }

        private List<Frame> encode(List<byte[]> originals) {
            Frame[] frames = new Frame[originals.size()];
            int threads = predictor.map(Predictor::threadsApart).orElse(1);
            if (threads > 1 && frames.length >= threads) {
                try {
                    encodeApart(originals, frames, threads);
                } catch (LimitExceededException noMemory) {
                    // Not for so many at once; what was made is kept.
                    scope.throwIfCancelled();
                }
            }
            List<Supplier<Frame>> begun = new ArrayList<>(frames.length);
            for (int i = 0; i < frames.length; i++) {
                Frame made = frames[i];
                begun.add(made == null ? begin(originals.get(i), modelFrames)::shortest : () -> made);
            }
            return begun.stream().map(Supplier::get).toList();
        }

        /**
         * As many frames at once as there are threads, each read by one of them and mixed while it reads no other.
         *
         * @param frames filled; where this throws, those stay null that were not made
         */
        private void encodeApart(List<byte[]> originals, Frame[] frames, int threads) {
            AtomicInteger next = new AtomicInteger();
            ThreadsApart.run(
                    predictor.orElseThrow(),
                    threads,
                    alone -> {
                        Optional<ModelFrames> own = Optional.of(modelFrames(alone));
                        for (int i = next.getAndIncrement(); i < frames.length; i = next.getAndIncrement()) {
                            frames[i] = begin(originals.get(i), own).shortest();
                        }
                    },
                    why -> next.set(frames.length));
        }

        /** Codes a frame by every method of the tier; the last part of it, which needs no model, on the workers. */
        private Attempts begin(byte[] original, Optional<ModelFrames> models) {
            Optional<TextTransform> transform = TextTransform.of(original);
            byte[] text = transform.map(change -> change.apply(original)).orElse(original);
            Attempts attempts = new Attempts(original, transform);
            if (ByteEntropy.isHopeless(original)) {
                return attempts;
            }
            if (options.tier().mixesContexts()) {
                attempts.add(FrameMethod.CONTEXT_MIXING, 1, workers.submit(() -> mixContexts(text)));
            }
            if (options.tier().mixesTokens()) {
                FrameLanes division = divide(text);
                attempts.add(
                        FrameMethod.MIXED,
                        division.count(),
                        workers.submit(models.orElseThrow().mixed().read(text, division, reading)));
            }
            if (options.tier().codesTokens(text.length)) {
                FrameLanes division = divide(text);
                byte[] payload = models.orElseThrow().tokens().encode(text, division, reading);
                attempts.add(FrameMethod.TOKENS, division.count(), workers.submit(() -> payload));
            }
            return attempts;
        }

        private byte[] mixContexts(byte[] text) {
            return scope.memory()
                    .holding(
                            mixing.frameBytes(text.length, MixingMemory.BITS),
                            "mixing a frame",
                            () -> mixing.encode(text, MixingMemory.BITS, scope.cancellation()));
        }

        private void verify(List<byte[]> originals, List<Frame> frames) {
            List<Integer> coded = new ArrayList<>();
            for (int i = 0; i < frames.size(); i++) {
                if (frames.get(i) instanceof CodedFrame) {
                    coded.add(i);
                }
            }
            new FrameDecoder(modelFrames, mixing, MixingMemory.BITS, workers, scope)
                    .decode(
                            coded.iterator(),
                            i -> FrameTask.of((CodedFrame) frames.get(i), new FramePlace("the new archive", i, 0)),
                            (i, restored) -> {
                                if (!Arrays.equals(restored, originals.get(i))) {
                                    throw new IllegalStateException(
                                            "invariant broken: frame %d does not decode to what was encoded; nothing was kept"
                                                    .formatted(i));
                                }
                            });
        }
    }

    private static CodedFrame frame(FrameMethod method, int lanes, byte[] original, byte[] payload) {
        return new CodedFrame(method, lanes, original.length, Checksums.crc32c(original), payload);
    }

    /** The payloads of one frame in the making. */
    private static final class Attempts {
        private record Attempt(FrameMethod method, int lanes, FrameWorkers.Work<byte[]> payload) {}

        private final byte[] original;
        private final Optional<TextTransform> transform;
        private final List<Attempt> attempts = new ArrayList<>(2);

        private Attempts(byte[] original, Optional<TextTransform> transform) {
            this.original = original;
            this.transform = transform;
        }

        private void add(FrameMethod method, int lanes, FrameWorkers.Work<byte[]> payload) {
            attempts.add(new Attempt(method, lanes, payload));
        }

        /** What was made, with the transform before it; only what is shorter than the original. */
        private List<Candidate> candidates() {
            List<Candidate> candidates = new ArrayList<>(attempts.size());
            for (Attempt attempt : attempts) {
                Candidate candidate = withTransform(attempt);
                if (candidate.payload.length < original.length) {
                    candidates.add(candidate);
                }
            }
            return candidates;
        }

        private Candidate withTransform(Attempt attempt) {
            byte[] coded = attempt.payload.get();
            if (transform.isEmpty()) {
                return new Candidate(attempt.method, attempt.lanes, coded);
            }
            byte[] change = transform.get().toBytes();
            byte[] payload = Arrays.copyOf(change, change.length + coded.length);
            System.arraycopy(coded, 0, payload, change.length, coded.length);
            return new Candidate(attempt.method.withTransform(), attempt.lanes, payload);
        }

        private Frame shortest() {
            Frame shortest = new StoredFrame(original);
            int bytes = original.length;
            for (Candidate candidate : candidates()) {
                if (candidate.payload.length < bytes) {
                    bytes = candidate.payload.length;
                    shortest = frame(candidate.method, candidate.lanes, original, candidate.payload);
                }
            }
            return shortest;
        }
    }
}
