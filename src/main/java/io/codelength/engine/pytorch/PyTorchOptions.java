package io.codelength.engine.pytorch;

/**
 * How the PyTorch engine runs. Nothing here changes a single bit of what it predicts.
 *
 * @param device where tensors live
 * @param threads CPU threads inside one operation; 0 leaves PyTorch's own choice, which respects {@code OMP_NUM_THREADS}
 */
public record PyTorchOptions(DeviceChoice device, int threads) {
    /** Where tensors live. */
    public enum DeviceChoice {
        /** CUDA where there is one and it reproduces the test vectors, else CPU. */
        AUTO,
        /** The processor. */
        CPU,
        /** The first CUDA device, or an error. */
        CUDA
    }

    /** The most threads that may be asked for. */
    static final int MOST_THREADS = 1024;

    public PyTorchOptions {
        if (threads < 0 || threads > MOST_THREADS) {
            throw new IllegalArgumentException("%d threads, expected 0 to %d".formatted(threads, MOST_THREADS));
        }
    }

    /** The best device, PyTorch's own number of threads. */
    public static PyTorchOptions automatic() {
        return new PyTorchOptions(DeviceChoice.AUTO, 0);
    }

    /** The processor with so many threads. */
    public static PyTorchOptions cpu(int threads) {
        return new PyTorchOptions(DeviceChoice.CPU, threads);
    }
}
