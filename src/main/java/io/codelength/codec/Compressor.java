package io.codelength.codec;

import io.codelength.container.ArchiveHeader;
import io.codelength.container.ArchiveWriter;
import io.codelength.container.Checksums;
import io.codelength.container.CodedFrame;
import io.codelength.container.CompactArchive;
import io.codelength.container.Frame;
import io.codelength.container.FrameMethod;
import io.codelength.container.ModelReference;
import io.codelength.container.StoredFrame;
import io.codelength.limit.CallScope;
import io.codelength.model.Fingerprint;
import io.codelength.predict.Predictor;
import io.codelength.text.ByteEntropy;
import io.codelength.text.FrameLanes;
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

/** Bytes to archive. Thread-safe; see {@link Decompressor} for the way back. */
public final class Compressor {
    private final PredictorSource predictors;
    private final TokenFrames.Reading reading;

    public Compressor(PredictorSource predictors) {
        this(predictors, TokenFrames.Reading.ONE_PASS);
    }

    Compressor(PredictorSource predictors, TokenFrames.Reading reading) {
        this.predictors = predictors;
        this.reading = reading;
    }

    /**
     * Reads the source to its end and writes a whole archive. A frame is written only after it was decoded and compared
     * (unless the options say otherwise). Closes neither stream.
     *
     * @param predictor the model to use, from this compressor's source
     * @throws IOException if a stream fails; what was written is then no archive
     * @throws io.codelength.limit.CancelledException if the scope was cancelled, within a step
     * @throws io.codelength.limit.LimitExceededException if the scope's memory does not hold one lane
     */
    public CompressionSummary compress(
            InputStream source,
            OutputStream archive,
            Predictor predictor,
            CompressionOptions options,
            CallScope scope,
            Progress progress)
            throws IOException {
        byte[] beginning = source.readNBytes(CompactArchive.ORIGINAL_BYTES_MAX + 1);
        if (beginning.length <= CompactArchive.ORIGINAL_BYTES_MAX
                && options.lanes().orElse(1) == 1) {
            return new Compression(predictor, options, scope, progress).compact(beginning, archive);
        }
        InputStream whole = new SequenceInputStream(new ByteArrayInputStream(beginning), source);
        return new Compression(predictor, options, scope, progress).framed(whole, archive);
    }

    /** One call's work. */
    private final class Compression {
        private final Predictor predictor;
        private final CompressionOptions options;
        private final Progress progress;
        private final Windows windows;
        private final TokenFrames tokenFrames;
        private final MessageDigest digest = Digests.sha256();

        private Compression(Predictor predictor, CompressionOptions options, CallScope scope, Progress progress) {
            this.predictor = predictor;
            this.options = options;
            this.progress = progress;
            windows = Windows.ofTierModel(predictor.model().shape().contextTokens());
            tokenFrames = new TokenFrames(predictor, windows, options.batchLanes(), scope);
        }

        private CompressionSummary compact(byte[] original, OutputStream archive) throws IOException {
            byte[] bytes = CompactArchive.stored(original).toBytes();
            if (original.length > 0 && encodeAndVerify(List.of(original)).get(0) instanceof CodedFrame coded) {
                byte[] asTokens = CompactArchive.coded(
                                coded.method(), Optional.of(modelReference()), original, coded.payload())
                        .toBytes();
                bytes = asTokens.length < bytes.length ? asTokens : bytes;
            }
            archive.write(bytes);
            archive.flush();
            progress.reached(original.length);
            return new CompressionSummary(original.length, bytes.length, 1, digest.digest(original));
        }

        private CompressionSummary framed(InputStream source, OutputStream archive) throws IOException {
            ArchiveWriter writer = new ArchiveWriter(
                    archive,
                    ArchiveHeader.withModel(modelReference(), windows.windowTokens(), windows.overlapTokens()));
            long originalBytes = 0;
            for (List<byte[]> group = readGroup(source); !group.isEmpty(); group = readGroup(source)) {
                List<Frame> frames = encodeAndVerify(group);
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
        private List<byte[]> readGroup(InputStream source) throws IOException {
            List<byte[]> group = new ArrayList<>();
            for (int lanes = 0; lanes < options.batchLanes(); ) {
                byte[] frame = source.readNBytes(CodecConstants.FRAME_BYTES);
                if (frame.length == 0) {
                    break;
                }
                group.add(frame);
                lanes += divide(frame).count();
            }
            return group;
        }

        private FrameLanes divide(byte[] frame) {
            return options.lanes().isPresent()
                    ? new FrameLanes(frame.length, Math.min(options.lanes().getAsInt(), frame.length))
                    : FrameLanes.bySize(frame.length);
        }

        private List<Frame> encodeAndVerify(List<byte[]> originals) {
            List<Frame> frames = new ArrayList<>(originals.size());
            for (byte[] original : originals) {
                frames.add(encode(original));
            }
            if (options.verify()) {
                verify(originals, frames);
            }
            return frames;
        }

        private Frame encode(byte[] original) {
            if (ByteEntropy.isHopeless(original)) {
                return new StoredFrame(original);
            }
            FrameLanes division = divide(original);
            byte[] payload = tokenFrames.encode(original, division, reading);
            if (payload.length >= original.length) {
                return new StoredFrame(original);
            }
            return new CodedFrame(
                    FrameMethod.TOKENS, division.count(), original.length, Checksums.crc32c(original), payload);
        }

        private void verify(List<byte[]> originals, List<Frame> frames) {
            List<Integer> coded = new ArrayList<>();
            for (int i = 0; i < frames.size(); i++) {
                if (frames.get(i) instanceof CodedFrame) {
                    coded.add(i);
                }
            }
            tokenFrames.decode(
                    coded.iterator(),
                    i -> TokenFrames.Task.of((CodedFrame) frames.get(i), new FramePlace("the new archive", i, 0)),
                    (i, restored) -> {
                        if (!Arrays.equals(restored, originals.get(i))) {
                            throw new IllegalStateException(
                                    "invariant broken: frame %d does not decode to what was encoded; nothing was kept"
                                            .formatted(i));
                        }
                    });
        }

        private ModelReference modelReference() {
            Fingerprint fingerprint = predictor.model().fingerprint();
            OptionalInt number = predictors.shippedNumber(fingerprint);
            return number.isPresent()
                    ? new ModelReference.Shipped(number.getAsInt())
                    : new ModelReference.FingerprintPrefix(Arrays.copyOf(fingerprint.toBytes(), 16));
        }
    }
}
