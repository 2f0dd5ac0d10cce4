/** Tests of the command line: real commands, streams that a test can look into. */
@NullMarked
package io.codelength.cli;

import org.jspecify.annotations.NullMarked;
