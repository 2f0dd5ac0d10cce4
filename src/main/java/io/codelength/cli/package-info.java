/**
 * The command line, in zstd's manners.
 *
 * <p>In: arguments, files, standard streams. Out: archives and originals, facts on standard output, words on standard
 * error, an exit code. May use {@code codec}, {@code container}, {@code model}, {@code predict} and {@code limit}; what it
 * needs of engines it gets through {@link io.codelength.cli.Backend}, so that a command starts without loading Spring or a
 * native library. It deliberately does not know which engines there are, nor the service.
 */
@NullMarked
package io.codelength.cli;

import org.jspecify.annotations.NullMarked;
