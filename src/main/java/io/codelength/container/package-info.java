/**
 * The {@code .clen} file ({@code docs/format.md}): header, frames, footer, compact form.
 *
 * <p>In: parameters and coded frames as bytes. Out: a file that can be listed, checked and recovered without a model. May
 * use nothing of ours. It deliberately does not know what the payloads mean.
 */
@NullMarked
package io.codelength.container;

import org.jspecify.annotations.NullMarked;
