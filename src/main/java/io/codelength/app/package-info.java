/**
 * Where the program starts: chooses the engine, hands it to command line and service, wires Spring.
 *
 * <p>May use everything.
 */
@NullMarked
package io.codelength.app;

import org.jspecify.annotations.NullMarked;
