/**
 * The library's public face: compressor, decompressor, measurer.
 *
 * <p>In: bytes and a {@link io.codelength.predict.Predictor}. Out: {@code .clen} archives, each verified by decoding
 * before it is handed on, and the way back. May use everything above it but engines. It deliberately does not know
 * files, HTTP, SQL or which engine predicts.
 */
@NullMarked
package io.codelength.codec;

import org.jspecify.annotations.NullMarked;
