package io.codelength.model;

/** Is told how far an import has come. Called from the importing thread; must return quickly. */
@FunctionalInterface
public interface ImportProgress {
    ImportProgress NONE = (matrix, done, total) -> {};

    /**
     * @param matrix what is being imported, for people
     * @param done matrices finished
     * @param total matrices of the model
     */
    void reached(String matrix, int done, int total);
}
