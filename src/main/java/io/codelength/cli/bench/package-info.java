/**
 * What {@code codelength bench} measures with: coders behind one interface, clocks, the process's memory.
 *
 * <p>In: bytes and coders. Out: sizes, seconds, whether the bytes came back. May use nothing of ours but {@code limit}. It
 * deliberately does not know how results are printed.
 */
@NullMarked
package io.codelength.cli.bench;

import org.jspecify.annotations.NullMarked;
