package io.codelength.predict;

import java.util.OptionalInt;

/**
 * A sink that wants no more of a row than the interval of a symbol it knows: the mirror image of {@link DecodingSink}. An
 * engine may work it out where the row lies and hand over {@link #interval} in place of the row.
 */
public interface EncodingSink extends RowSink {
    /**
     * The symbol that follows. Asked for at most once a row, before the row or its interval is handed over.
     *
     * @param index as in {@link #accept}
     * @return nothing if the row itself is wanted
     */
    OptionalInt symbol(int item, int index);

    /** Takes the place of {@link #accept}: three numbers of the row for that symbol. */
    void interval(int item, int index, long below, long frequency, long total);
}
