/**
 * Import of Hugging Face and GGUF models into the exact file, its fingerprint, and the store of installed models.
 *
 * <p>In: model files behind {@code ByteSource}. Out: {@link io.codelength.model.ExactModel}, all integers and rounded
 * float32, the same on every machine. May use {@code exact} and {@code token}. It deliberately does not know how a model
 * is evaluated.
 */
@NullMarked
package io.codelength.model;

import org.jspecify.annotations.NullMarked;
