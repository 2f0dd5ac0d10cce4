package io.codelength.model;

import java.io.IOException;
import java.util.List;

/** The files of a model in Hugging Face layout. */
public interface ByteFolder {
    /** What it is called, for error messages. */
    String name();

    /** Names of the files that lie directly in it, in any order. */
    List<String> files() throws IOException;

    /** Opens one of {@link #files()}; the caller closes it. */
    ByteSource open(String file) throws IOException;
}
