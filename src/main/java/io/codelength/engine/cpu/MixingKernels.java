package io.codelength.engine.cpu;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The functions of {@code kernels/codelength_mixing.h}, bound once a process. Callers check sizes; the library checks them once
 * more and answers with a code.
 */
final class MixingKernels {
    /** The number of the interface that this class was written for. */
    private static final int ABI = 3;

    static final int OK = 0;
    static final int NO_MEMORY = 2;

    /** Answers in place of a node or a symbol. */
    static final int NO_ROOM = 1 << 30;

    static final int BAD_CODE = NO_ROOM + 1;

    private static final Object LOCK = new Object();
    private static @Nullable MixingKernels loaded;

    private final List<String> paths;

    private MixingKernels(List<String> paths) {
        this.paths = paths;
    }

    /**
     * Loads the library, the first time.
     *
     * @throws CpuUnavailableException if there is none for this machine or it cannot be loaded
     */
    static MixingKernels get() {
        synchronized (LOCK) {
            if (loaded == null) {
                loaded = load(LibraryFile.unpack());
            }
            return loaded;
        }
    }

    private static MixingKernels load(Path file) {
        try {
            Native.register(MixingKernels.class, LibraryFile.open(file));
            int found = cl_mixing_abi();
            if (found != ABI) {
                throw new CpuUnavailableException(
                        "the native mixing in %s has interface %d, expected %d; build the project again"
                                .formatted(file, found, ABI));
            }
            return new MixingKernels(List.of(cl_mixing_paths().split(",")));
        } catch (LinkageError e) {
            throw new CpuUnavailableException("the native mixing in %s cannot be loaded".formatted(file), e);
        }
    }

    /** The code paths that this processor can run, best first. */
    List<String> paths() {
        return paths;
    }

    // What follows is bound by name.

    private static native int cl_mixing_abi();

    private static native String cl_mixing_paths();

    static native @Nullable Pointer cl_mixing_create(
            String path,
            short[] stretch,
            char[] squash,
            int squashCount,
            int states,
            byte[] next,
            byte[] totals,
            int[] meanings,
            int[] logarithms,
            byte[] prior,
            int priorCount);

    static native @Nullable Pointer cl_mixing_teach(Pointer mixing, byte[] dictionary, int count);

    static native void cl_mixing_free(Pointer mixing);

    static native @Nullable Pointer cl_spelling_create(
            int symbols,
            int root,
            int[] split,
            int[] bytesBefore,
            byte[] decision,
            int[] lower,
            int[] upper,
            int[] offsets,
            byte[] bytes);

    static native void cl_spelling_free(Pointer spelling);

    static native @Nullable Pointer cl_head_create(int headRows, int symbols, int[] firstRow, int[] rowless);

    static native void cl_head_free(Pointer head);

    static native @Nullable Pointer cl_mixer_open(
            Pointer mixing, @Nullable Pointer spelling, int[] laneStarts, int lanes, int memoryBits);

    static native void cl_mixer_close(Pointer mixer);

    static native int cl_mixer_encode(Pointer mixer, byte[] text, int count);

    static native int cl_mixer_lane(
            Pointer mixer, int lane, int[] symbols, int symbolCount, short[] odds, int oddsCount);

    static native int cl_mixer_encode_steps(Pointer mixer, int first, int end);

    static native int cl_mixer_finish(Pointer mixer);

    static native int cl_mixer_payload(Pointer mixer, byte[] payload, int count);

    static native int cl_mixer_decode_from(Pointer mixer, byte[] payload, int count);

    static native int cl_mixer_decode(Pointer mixer, byte[] text, int count);

    static native int cl_mixer_begin(Pointer mixer, int lane);

    static native int cl_mixer_decide(Pointer mixer, int odds);

    static native int cl_mixer_next(Pointer mixer, int lane, Pointer head, Pointer exponentials, Pointer sums);

    static native int cl_mixer_end(Pointer mixer);
}
