package io.codelength.token;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Merges as files list them, by text and in the order of their ranks. */
final class MergeList {
    private final List<Token> tokens;
    private final Map<String, Integer> ids;
    private final List<Merge> merges = new ArrayList<>();

    MergeList(List<Token> tokens, Map<String, Integer> ids) {
        this.tokens = tokens;
        this.ids = ids;
    }

    /** Adds a merge written as one text with a space between its parts. */
    void addJoined(String field, String joined) {
        // A part may begin with a space, so the first character is never the one between.
        int space = joined.indexOf(' ', 1);
        if (space < 0 || space == joined.length() - 1) {
            throw new TokenizerFormatException(field, "\"" + joined + "\", expected two texts with a space between");
        }
        add(field, joined.substring(0, space), joined.substring(space + 1));
    }

    /** Adds a merge, unless one of its tokens spells nothing: then no input gets there. */
    void add(String field, String left, String right) {
        int leftId = id(field, left);
        int rightId = id(field, right);
        int resultId = id(field, left + right);
        if (isPiece(leftId) && isPiece(rightId) && isPiece(resultId)) {
            merges.add(new Merge(leftId, rightId, resultId, merges.size()));
        }
    }

    List<Merge> merges() {
        return merges;
    }

    private int id(String field, String text) {
        Integer id = ids.get(text);
        if (id == null) {
            throw new TokenizerFormatException(field, "\"" + text + "\" is not in the vocabulary");
        }
        return id;
    }

    private boolean isPiece(int id) {
        return tokens.get(id).kind() == TokenKind.NORMAL;
    }
}
