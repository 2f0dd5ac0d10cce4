package io.codelength.engine.cpu;

import com.sun.jna.Pointer;
import io.codelength.coding.InvalidCodeException;
import io.codelength.limit.Cancellation;
import io.codelength.mix.LaneOdds;
import io.codelength.mix.LogOdds;
import io.codelength.mix.Mixing;
import io.codelength.mix.MixingTables;
import io.codelength.mix.SpellingTree;
import io.codelength.mix.SymbolSpelling;
import io.codelength.predict.EngineMismatchException;
import io.codelength.token.Vocabulary;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The mixing in native code: the same bytes as {@link io.codelength.mix.ReferenceMixing}, some ten times as fast. The prior
 * is learned when the first frame needs it.
 */
public final class NativeMixing implements Mixing {
    /** Bytes between two looks at the cancellation, some hundredths of a second. */
    private static final int SLICE_BYTES = 1 << 14;

    private static final int SLICE_STEPS = 1 << 8;
    private static final int MEMORY_BITS_MIN = 16;
    private static final int MEMORY_BITS_MAX = 26;
    private static final int TEXT_BYTES_MAX = 1 << 20;

    /** A text whose payload every build must make: some of the prior, which has all kinds. */
    private static final int CHECKED_BYTES = 2048;

    /** {@code Arrays.hashCode} of that payload. */
    static final int CHECKED_HASH = 1507598385;

    private static final Cleaner CLEANER = Cleaner.create();

    private final String path;
    private final Map<SpellingTree, Handle> spellings;
    private final Optional<Handle> taught; // what a dictionary taught, freed with this
    private @Nullable Pointer primed; // kept until the process ends, unless a dictionary taught it

    /**
     * The best code path that this processor has.
     *
     * @throws CpuUnavailableException if there are no kernels for this machine
     */
    public NativeMixing() {
        this(paths().get(0));
    }

    /**
     * @param path one of {@link #paths()}
     * @throws IllegalArgumentException if this processor has no such path, naming those it has
     */
    public NativeMixing(String path) {
        if (!paths().contains(path)) {
            throw new IllegalArgumentException(
                    "no code path '%s' on this processor; it has %s".formatted(path, String.join(", ", paths())));
        }
        this.path = path;
        this.spellings = new WeakHashMap<>();
        this.taught = Optional.empty();
    }

    private NativeMixing(NativeMixing untaught, Pointer primed) {
        this.path = untaught.path;
        this.spellings = untaught.spellings;
        this.primed = primed;
        this.taught = Optional.of(new Handle(this, primed, () -> MixingKernels.cl_mixing_free(primed)));
    }

    @Override
    public Mixing taughtBy(byte[] dictionary) {
        if (taught.isPresent()) {
            throw new IllegalStateException("a second dictionary");
        }
        if (dictionary.length < 1 || dictionary.length > TEXT_BYTES_MAX) {
            throw new IllegalArgumentException(
                    "a dictionary of %d bytes; 1 byte to 1 MiB can be learned".formatted(dictionary.length));
        }
        return new NativeMixing(
                this, requireMemory(MixingKernels.cl_mixing_teach(primed(), dictionary, dictionary.length)));
    }

    /**
     * The code paths that this processor can run, best first. All give the same bytes.
     *
     * @throws CpuUnavailableException if there are no kernels for this machine
     */
    public static List<String> paths() {
        return MixingKernels.get().paths();
    }

    /** Native memory that is freed once, by its user or after nobody can use it any more. */
    private static final class Handle implements AutoCloseable {
        private final Pointer pointer;
        private final Cleaner.Cleanable freeing;

        /** @param owner what uses the memory; not reachable from {@code free} */
        private Handle(Object owner, Pointer pointer, Runnable free) {
            this.pointer = pointer;
            this.freeing = CLEANER.register(owner, free);
        }

        @Override
        public void close() {
            freeing.clean();
        }
    }

    private synchronized Pointer primed() {
        if (primed == null) {
            byte[] totals = MixingTables.totals();
            char[] squash = MixingTables.squash();
            byte[] prior = MixingTables.prior();
            Pointer made = requireMemory(MixingKernels.cl_mixing_create(
                    path,
                    MixingTables.stretch(),
                    squash,
                    squash.length,
                    totals.length,
                    MixingTables.nextStates(),
                    totals,
                    MixingTables.meanings(),
                    MixingTables.logarithms(),
                    prior,
                    prior.length));
            check(made, Arrays.copyOf(prior, CHECKED_BYTES));
            primed = made;
        }
        return primed;
    }

    private void check(Pointer made, byte[] text) {
        int hash = Arrays.hashCode(encode(made, text, MEMORY_BITS_MAX, new Cancellation()));
        if (hash != CHECKED_HASH) {
            throw new EngineMismatchException(
                    "native mixing (%s) made other bytes than it should of a known text; use --engine reference and report this"
                            .formatted(path));
        }
    }

    @Override
    public byte[] encode(byte[] text, int memoryBits, Cancellation cancellation) {
        try {
            return encode(primed(), text, memoryBits, cancellation);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    private static byte[] encode(Pointer primed, byte[] text, int memoryBits, Cancellation cancellation) {
        int[] starts = {0, text.length};
        Pointer mixer = open(primed, null, starts, memoryBits);
        try {
            for (int from = 0; from < text.length; from += SLICE_BYTES) {
                cancellation.throwIfCancelled();
                byte[] slice = Arrays.copyOfRange(text, from, Math.min(text.length, from + SLICE_BYTES));
                requireOk(MixingKernels.cl_mixer_encode(mixer, slice, slice.length));
            }
            return payload(mixer);
        } finally {
            MixingKernels.cl_mixer_close(mixer);
        }
    }

    @Override
    public void decode(byte[] payload, int from, int count, byte[] text, int memoryBits, Cancellation cancellation) {
        int[] starts = {0, text.length};
        Pointer mixer = open(primed(), null, starts, memoryBits);
        try {
            requireOk(
                    MixingKernels.cl_mixer_decode_from(mixer, Arrays.copyOfRange(payload, from, from + count), count));
            for (int at = 0; at < text.length; at += SLICE_BYTES) {
                cancellation.throwIfCancelled();
                byte[] slice = new byte[Math.min(SLICE_BYTES, text.length - at)];
                requireCode(MixingKernels.cl_mixer_decode(mixer, slice, slice.length));
                System.arraycopy(slice, 0, text, at, slice.length);
            }
            requireCode(MixingKernels.cl_mixer_end(mixer));
        } finally {
            MixingKernels.cl_mixer_close(mixer);
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public byte[] encode(
            SymbolSpelling spelling,
            byte[] text,
            int[] laneStarts,
            List<LaneOdds> lanes,
            int memoryBits,
            Cancellation cancellation) {
        Pointer mixer = open(primed(), spelling(spelling), laneStarts, memoryBits);
        try {
            int longest = 0;
            for (int lane = 0; lane < lanes.size(); lane++) {
                LaneOdds odds = lanes.get(lane);
                longest = Math.max(longest, odds.symbols().length);
                requireOk(MixingKernels.cl_mixer_lane(
                        mixer, lane, odds.symbols(), odds.symbols().length, odds.odds(), odds.count()));
            }
            for (int step = 0; step < longest; step += SLICE_STEPS) {
                cancellation.throwIfCancelled();
                requireOk(MixingKernels.cl_mixer_encode_steps(mixer, step, Math.min(longest, step + SLICE_STEPS)));
            }
            return payload(mixer);
        } finally {
            MixingKernels.cl_mixer_close(mixer);
            Reference.reachabilityFence(spelling);
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public Decoder decoder(
            SymbolSpelling spelling,
            byte[] payload,
            int from,
            int count,
            byte[] text,
            int[] laneStarts,
            int memoryBits) {
        Pointer mixer = open(primed(), spelling(spelling), laneStarts, memoryBits);
        int code = MixingKernels.cl_mixer_decode_from(mixer, Arrays.copyOfRange(payload, from, from + count), count);
        FrameDecoder decoder = new FrameDecoder(this, spelling, mixer, text, laneStarts);
        if (code != MixingKernels.OK) {
            decoder.close();
        }
        requireOk(code);
        return decoder;
    }

    private static final class FrameDecoder implements Decoder {
        private final NativeMixing mixing; // kept while the frame reads what it has learned
        private final SymbolSpelling spelling;
        private final Handle mixer;
        private final byte[] text;
        private final int[] offsets; // [lanes] where each lane's next byte goes
        private boolean closed;

        private FrameDecoder(
                NativeMixing mixing, SymbolSpelling spelling, Pointer mixer, byte[] text, int[] laneStarts) {
            this.mixing = mixing;
            this.spelling = spelling;
            this.mixer = new Handle(this, mixer, () -> MixingKernels.cl_mixer_close(mixer));
            this.text = text;
            this.offsets = laneStarts.clone();
        }

        @Override
        public int next(int lane, IntToLongFunction below) {
            requireOpen();
            int node = below instanceof NativeRow row ? decode(lane, row) : decodeByDecision(lane, below);
            if (node == MixingKernels.NO_ROOM) {
                throw new InvalidCodeException("a token reaches beyond its lane");
            }
            requireCode(node < 0 ? MixingKernels.OK : node);
            offsets[lane] = spelling.vocabulary().copySpelling(~node, text, offsets[lane]);
            return ~node;
        }

        /** In one call, where the row lies. */
        private int decode(int lane, NativeRow row) {
            HeadSymbols symbols = row.symbols();
            if (symbols.symbolCount() != spelling.tree().symbolCount()) {
                throw new IllegalArgumentException("a row of %d symbols for a vocabulary of %d"
                        .formatted(symbols.symbolCount(), spelling.tree().symbolCount()));
            }
            try {
                return MixingKernels.cl_mixer_next(
                        mixer.pointer, lane, symbols.forMixing(), row.exponentials(), row.sums());
            } finally {
                Reference.reachabilityFence(symbols);
            }
        }

        /** A call for each decision: rows of other engines, and the check of the other way. */
        private int decodeByDecision(int lane, IntToLongFunction below) {
            SpellingTree tree = spelling.tree();
            long first = 0;
            long end = below.applyAsLong(tree.symbolCount());
            int node = MixingKernels.cl_mixer_begin(mixer.pointer, lane);
            while (node >= 0 && node < MixingKernels.NO_ROOM) {
                int split = tree.split(node);
                long middle = below.applyAsLong(split);
                int upper = tree.upper(node);
                node = MixingKernels.cl_mixer_decide(mixer.pointer, LogOdds.of(end - middle, middle - first));
                if (node == upper) {
                    first = middle;
                } else {
                    end = middle;
                }
            }
            return node;
        }

        @Override
        public void finish() {
            requireOpen();
            try {
                requireCode(MixingKernels.cl_mixer_end(mixer.pointer));
            } finally {
                Reference.reachabilityFence(mixing);
            }
        }

        private void requireOpen() {
            if (closed) {
                throw new IllegalStateException("the frame's decoder is closed");
            }
        }

        @Override
        public void close() {
            closed = true;
            mixer.close();
        }
    }

    @Override
    public long frameBytes(int textBytes, int memoryBits) {
        return MixingTables.frameBytes(textBytes, memoryBits);
    }

    private Pointer spelling(SymbolSpelling spelling) {
        synchronized (spellings) {
            Handle known = spellings.get(spelling.tree());
            if (known == null) {
                Pointer made = create(spelling);
                known = new Handle(spelling.tree(), made, () -> MixingKernels.cl_spelling_free(made));
                spellings.put(spelling.tree(), known);
            }
            return known.pointer;
        }
    }

    private static Pointer create(SymbolSpelling spelling) {
        SpellingTree tree = spelling.tree();
        Vocabulary vocabulary = spelling.vocabulary();
        int symbols = tree.symbolCount();
        int nodes = symbols - 1;
        int[] split = new int[nodes];
        int[] bytesBefore = new int[nodes];
        byte[] decision = new byte[nodes];
        int[] lower = new int[nodes];
        int[] upper = new int[nodes];
        for (int node = 0; node < nodes; node++) {
            split[node] = tree.split(node);
            bytesBefore[node] = tree.bytesBefore(node);
            decision[node] = (byte) tree.decision(node);
            lower[node] = tree.lower(node);
            upper[node] = tree.upper(node);
        }
        int[] offsets = new int[symbols + 1];
        for (int symbol = 0; symbol < symbols; symbol++) {
            offsets[symbol + 1] = Math.addExact(offsets[symbol], vocabulary.byteCount(symbol));
        }
        byte[] bytes = new byte[offsets[symbols]];
        for (int symbol = 0; symbol < symbols; symbol++) {
            vocabulary.copySpelling(symbol, bytes, offsets[symbol]);
        }
        return requireMemory(MixingKernels.cl_spelling_create(
                symbols, tree.root(), split, bytesBefore, decision, lower, upper, offsets, bytes));
    }

    private static Pointer open(Pointer primed, @Nullable Pointer spelling, int[] laneStarts, int memoryBits) {
        if (memoryBits < MEMORY_BITS_MIN || memoryBits > MEMORY_BITS_MAX) {
            throw new IllegalArgumentException("memory of 2^%d bytes; 2^16 to 2^26 can be used".formatted(memoryBits));
        }
        int lanes = laneStarts.length - 1;
        if (laneStarts[lanes] > TEXT_BYTES_MAX) {
            throw new IllegalArgumentException("a frame of %d bytes; 1 MiB is the most".formatted(laneStarts[lanes]));
        }
        return requireMemory(MixingKernels.cl_mixer_open(primed, spelling, laneStarts, lanes, memoryBits));
    }

    private static byte[] payload(Pointer mixer) {
        byte[] payload = new byte[MixingKernels.cl_mixer_finish(mixer)];
        requireOk(MixingKernels.cl_mixer_payload(mixer, payload, payload.length));
        return payload;
    }

    private static Pointer requireMemory(@Nullable Pointer pointer) {
        if (pointer == null) {
            throw new OutOfMemoryError("no native memory for mixing contexts");
        }
        return pointer;
    }

    private static void requireOk(int code) {
        if (code == MixingKernels.NO_MEMORY) {
            throw new OutOfMemoryError("no native memory for mixing contexts");
        }
        if (code != MixingKernels.OK) {
            throw new IllegalStateException("invariant broken: native mixing refused a call, code " + code);
        }
    }

    private static void requireCode(int code) {
        if (code == MixingKernels.BAD_CODE) {
            throw new InvalidCodeException("the payload is none of a text of this length");
        }
        requireOk(code);
    }
}
