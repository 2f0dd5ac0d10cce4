package io.codelength.codec;

/** What encoder and decoder must agree on beside the format itself. */
final class CodecConstants {
    /** Input bytes of one frame: small enough to decode alone quickly, large enough for 32 lanes of two windows each. */
    static final int FRAME_BYTES = 256 << 10;

    private CodecConstants() {}
}
