package io.codelength.codec;

import io.codelength.container.CodedFrame;
import io.codelength.container.FrameMethod;
import io.codelength.text.InvalidTransformException;
import io.codelength.text.TextTransform;
import java.util.Optional;

/**
 * A coded frame on its way back: what its payload says of the text, and where the text goes.
 *
 * @param method how the text is spelled; without a transform
 * @param transform what was changed before the text was coded
 * @param payload of the frame; not copied
 * @param from where in it the coded text begins, after the transform
 * @param text [text bytes] to be filled by the decoder
 * @param lanes 1 to 32, no more than bytes of text
 * @param place for errors
 */
record FrameTask(
        FrameMethod method,
        Optional<TextTransform> transform,
        byte[] payload,
        int from,
        byte[] text,
        int lanes,
        FramePlace place) {

    static FrameTask of(CodedFrame frame, FramePlace place) {
        return of(frame.method(), frame.payload(), frame.lanes(), frame.originalBytes(), place);
    }

    /** @throws io.codelength.container.CorruptContainerException if the transform cannot be one of ours */
    static FrameTask of(FrameMethod method, byte[] payload, int lanes, int originalBytes, FramePlace place) {
        if (!method.transformsText()) {
            return new FrameTask(method, Optional.empty(), payload, 0, new byte[originalBytes], lanes, place);
        }
        try {
            TextTransform transform = TextTransform.read(payload, originalBytes);
            if (lanes > transform.textBytes()) {
                throw place.corrupt("%d lanes for a text of %d bytes".formatted(lanes, transform.textBytes()));
            }
            return new FrameTask(
                    method.withoutTransform(),
                    Optional.of(transform),
                    payload,
                    transform.toBytes().length,
                    new byte[transform.textBytes()],
                    lanes,
                    place);
        } catch (InvalidTransformException e) {
            throw place.corrupt("text transform: " + e.getMessage(), e);
        }
    }

    /** Bytes of coded text. */
    int codedBytes() {
        return payload.length - from;
    }

    /**
     * The original, once the text is there.
     *
     * @throws io.codelength.container.CorruptContainerException if the transform does not fit the text
     */
    byte[] original() {
        if (transform.isEmpty()) {
            return text;
        }
        try {
            return transform.get().revert(text);
        } catch (InvalidTransformException e) {
            throw place.corrupt("text transform: " + e.getMessage(), e);
        }
    }
}
