/** Tests, in the packages of what they test. */
@NullMarked
package io.codelength;

import org.jspecify.annotations.NullMarked;
