package io.codelength.predict;

/**
 * A sink of a pass that several callers share. Rows of different callers have nothing to do with each other, so an engine may
 * hand them over on several threads at once; those of one caller still come one after another and in their order.
 */
public interface SharedSink extends RowSink {
    /** A number of the item's caller, at least 0: items with the same number are handed over on one thread at a time. */
    int caller(int item);
}
