/**
 * Where the program starts: chooses the engine, hands it to command line and service, wires Spring.
 *
 * <p>In: what was typed, and the environment. Out: an exit code. May use everything. It deliberately does not know how
 * anything is done: it joins those who do.
 */
@NullMarked
package io.codelength.app;

import org.jspecify.annotations.NullMarked;
