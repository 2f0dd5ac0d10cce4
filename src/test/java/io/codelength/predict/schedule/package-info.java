/** Many callers at once, against what each would get alone. */
@NullMarked
package io.codelength.predict.schedule;

import org.jspecify.annotations.NullMarked;
