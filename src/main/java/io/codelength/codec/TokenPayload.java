package io.codelength.codec;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * The payload of a token frame: what its range coders wrote. Every {@link #LANES_PER_CODER} lanes share a coder, so a frame
 * of 32 lanes has four. Layout ({@code docs/format.md}, token frames): the lengths of all coders but the last, each as the
 * zigzag varint of its difference from the mean, then the coders' bytes.
 */
final class TokenPayload {
    /**
     * Lanes that share one range coder. One coder a lane would cost 2 to 3 bytes of length and flush each, 80 bytes a frame
     * of 32 lanes, where the format allows 32 for everything; one coder a frame would make a GPU decode 32 symbols one
     * after another.
     */
    static final int LANES_PER_CODER = 8;

    private TokenPayload() {}

    static int coderCount(int lanes) {
        return (lanes + LANES_PER_CODER - 1) / LANES_PER_CODER;
    }

    static byte[] join(List<byte[]> coders) {
        long sum = coders.stream().mapToLong(coder -> coder.length).sum();
        long mean = sum / coders.size();
        ByteArrayOutputStream payload = new ByteArrayOutputStream((int) sum + 3 * coders.size());
        for (byte[] coder : coders.subList(0, coders.size() - 1)) {
            writeZigzag(payload, coder.length - mean);
        }
        coders.forEach(payload::writeBytes);
        return payload.toByteArray();
    }

    /** Where one coder's bytes lie in a payload. */
    record Slice(int from, int to) {}

    /** @param from where in the payload the table begins */
    static List<Slice> split(byte[] payload, int from, int coderCount, FramePlace place) {
        long[] differences = new long[coderCount - 1];
        int offset = from;
        for (int coder = 0; coder < differences.length; coder++) {
            long zigzag = 0;
            int shift = 0;
            int next;
            do {
                if (offset == payload.length || shift > 28) {
                    throw place.corrupt("the table of coder lengths is cut off or too long");
                }
                next = payload[offset++];
                zigzag |= (long) (next & 0x7f) << shift;
                shift += 7;
            } while (next < 0);
            differences[coder] = (zigzag >>> 1) ^ -(zigzag & 1);
        }
        long mean = ((long) payload.length - offset) / coderCount;
        List<Slice> slices = new ArrayList<>(coderCount);
        for (long difference : differences) {
            long length = mean + difference;
            if (length < 0 || length > payload.length - offset) {
                throw place.corrupt(
                        "a coder of %d bytes, where %d are left".formatted(length, payload.length - offset));
            }
            slices.add(new Slice(offset, offset + (int) length));
            offset += (int) length;
        }
        slices.add(new Slice(offset, payload.length));
        return slices;
    }

    private static void writeZigzag(ByteArrayOutputStream out, long value) {
        long zigzag = (value << 1) ^ (value >> 63);
        while (zigzag > 0x7f) {
            out.write((int) (zigzag & 0x7f) | 0x80);
            zigzag >>>= 7;
        }
        out.write((int) zigzag);
    }
}
