package io.codelength.web;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the list of objects.
 *
 * @param objects newest first
 * @param next give it as {@code after} for the next page; null on the last one
 */
record ObjectPage(List<ObjectResource> objects, @Nullable String next) {}
