package io.codelength.container;

/** A part of the original that decodes alone. */
public sealed interface Frame permits StoredFrame, CodedFrame {
    /** Bytes of the original it holds, at least 1. */
    int originalBytes();

    FrameMethod method();
}
