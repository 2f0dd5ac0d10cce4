/** Holds the PyTorch engine against plain arithmetic. */
@NullMarked
package io.codelength.engine.pytorch;

import org.jspecify.annotations.NullMarked;
