package io.codelength.engine.pytorch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.Utils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one PyTorch of this process: loads the native library, offline, and runs every tensor operation on one thread of
 * its own. OpenMP keeps a team of threads for each thread that ever computed, so computing on the callers' threads would
 * leave one team behind for every thread of a server.
 */
final class PyTorchRuntime {
    private static final String CACHE_ADVICE =
            "Set DJL_CACHE_DIR to a folder that can be written to (about 450 MB), or choose another engine: the bits are the same.";
    private static @Nullable PyTorchRuntime instance;

    private final Engine engine;
    private final ExecutorService worker;
    private final int defaultThreads;
    /** What the worker computes with; read and written on the worker only. */
    private int currentThreads;

    private PyTorchRuntime(Engine engine, ExecutorService worker, int defaultThreads) {
        this.engine = engine;
        this.worker = worker;
        this.defaultThreads = defaultThreads;
        this.currentThreads = defaultThreads;
    }

    /**
     * Loads PyTorch on first use.
     *
     * @throws PyTorchUnavailableException if the library cannot be unpacked or loaded
     */
    static synchronized PyTorchRuntime get() {
        PyTorchRuntime loaded = instance;
        if (loaded == null) {
            loaded = load();
            instance = loaded;
        }
        return loaded;
    }

    private static PyTorchRuntime load() {
        // DJL looks for newer libraries and reports its use unless told otherwise, before anything of it is loaded.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        // Nothing here is a TorchScript graph, and the operations come one after another.
        System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        // oneDNN layouts would be converted back for every operation that is not theirs.
        System.setProperty("ai.djl.pytorch.use_mkldnn", "false");
        Path cache = checkedCacheFolder(Utils.getEngineCacheDir("pytorch"));
        ExecutorService worker = Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, "codelength-pytorch");
            thread.setDaemon(true);
            return thread;
        });
        try {
            return await(worker.submit(() -> {
                Engine engine = Engine.getEngine("PyTorch");
                return new PyTorchRuntime(engine, worker, JniUtils.getNumThreads());
            }));
        } catch (EngineException | IllegalStateException | LinkageError failure) {
            worker.shutdown();
            throw new PyTorchUnavailableException(
                    "PyTorch's native library could not be loaded from %s: %s. %s"
                            .formatted(cache, failure.getMessage(), CACHE_ADVICE),
                    failure);
        }
    }

    /** DJL unpacks 450 MB there; a full or read-only folder deserves a better error than DJL's. */
    static Path checkedCacheFolder(Path cache) {
        try {
            Files.createDirectories(cache);
        } catch (IOException failure) {
            throw new PyTorchUnavailableException(
                    "PyTorch's native library is unpacked to %s, which cannot be made: %s. %s"
                            .formatted(cache, failure, CACHE_ADVICE),
                    failure);
        }
        if (!Files.isWritable(cache)) {
            throw new PyTorchUnavailableException(
                    "PyTorch's native library is unpacked to %s, which cannot be written to. %s"
                            .formatted(cache, CACHE_ADVICE));
        }
        return cache;
    }

    /** The version of the native library. */
    String version() {
        return engine.getVersion();
    }

    boolean hasCuda() {
        return engine.getGpuCount() > 0;
    }

    /** Threads that an engine asking for so many gets; 0 means PyTorch's own choice. */
    int threadsFor(int requested) {
        return requested == 0 ? defaultThreads : requested;
    }

    /** A manager whose closing frees all that was made with it. */
    PtNDManager newManager(Device device) {
        return (PtNDManager) engine.newBaseManager(device);
    }

    /** Runs tensor operations on the worker and waits for them; what they throw is thrown here. */
    <T extends @Nullable Object> T call(int threads, Supplier<T> operations) {
        return await(worker.submit(() -> {
            if (threads != currentThreads) {
                JniUtils.setNumThreads(threads);
                currentThreads = threads;
            }
            return operations.get();
        }));
    }

    /** Runs tensor operations on the worker after those already waiting. */
    void later(Runnable operations) {
        worker.execute(operations);
    }

    private static <T extends @Nullable Object> T await(Future<T> result) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return result.get();
                } catch (InterruptedException again) {
                    // Tensors may not be left half-way; a caller stops through its Cancellation.
                    interrupted = true;
                } catch (ExecutionException failure) {
                    Throwable cause = failure.getCause();
                    if (cause instanceof RuntimeException unchecked) {
                        throw unchecked;
                    }
                    if (cause instanceof Error error) {
                        throw error;
                    }
                    throw new IllegalStateException("PyTorch failed", failure);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
