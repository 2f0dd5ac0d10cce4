/** Tests of numeric profile 1, and the vectors of its document. */
@NullMarked
package io.codelength.exact;

import org.jspecify.annotations.NullMarked;
