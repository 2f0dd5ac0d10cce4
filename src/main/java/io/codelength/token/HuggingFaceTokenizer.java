package io.codelength.token;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads Hugging Face's {@code tokenizer.json}: byte-pair encoding over GPT-2's byte alphabet, or over characters with
 * SentencePiece's space marks. What this version does not spell exactly is refused by the name of its field.
 *
 * <p>Normalisation to NFC is left out: tokens only spell the bytes that come in. Post-processor and decoder add nothing to
 * the spelling and are not read.
 */
public final class HuggingFaceTokenizer {
    /** The largest file read, in bytes; those of models in use have up to about 20 MB. */
    public static final int FILE_BYTES_MAX = 1 << 25;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private final JsonNode root;
    private SpellingUnits units = SpellingUnits.CHARACTERS;
    private SplittingRule splitting = SplittingRule.NONE;
    private SpacePrefix spacePrefix = SpacePrefix.NONE;
    private boolean marksSpaces;

    private HuggingFaceTokenizer(JsonNode root) {
        this.root = root;
    }

    /**
     * @param tokenizerJson the file's bytes
     * @param begin {@code bos_token_id} of the model's configuration
     * @param end {@code eos_token_id} of the model's configuration, the first if there are several
     * @throws TokenizerFormatException naming the field that is damaged or not supported
     */
    public static TokenizerDefinition read(byte[] tokenizerJson, OptionalInt begin, OptionalInt end) {
        if (tokenizerJson.length > FILE_BYTES_MAX) {
            throw new TokenizerFormatException(
                    "tokenizer.json", "%d bytes, at most %d".formatted(tokenizerJson.length, FILE_BYTES_MAX));
        }
        JsonNode root;
        try {
            root = JSON.readTree(tokenizerJson);
        } catch (JacksonException e) {
            TokenizerFormatException refusal =
                    new TokenizerFormatException("tokenizer.json", "is no valid JSON: " + e.getOriginalMessage());
            refusal.initCause(e);
            throw refusal;
        }
        return new HuggingFaceTokenizer(root).read(begin, end);
    }

    private TokenizerDefinition read(OptionalInt begin, OptionalInt end) {
        readNormalizer("normalizer", root.path("normalizer"));
        readPreTokenizer("pre_tokenizer", root.path("pre_tokenizer"));
        JsonNode model = root.path("model");
        expect("model.type", model.path("type"), "BPE");
        expectNothing("model.continuing_subword_prefix", model.path("continuing_subword_prefix"));
        expectNothing("model.end_of_word_suffix", model.path("end_of_word_suffix"));
        if (model.path("dropout").isNumber() && model.path("dropout").doubleValue() != 0) {
            throw unsupported("model.dropout", model.path("dropout"), "null");
        }
        if (units == SpellingUnits.CHARACTERS && !marksSpaces) {
            throw new TokenizerFormatException(
                    "pre_tokenizer", "neither ByteLevel nor space marks say how tokens spell bytes");
        }
        boolean byteFallback = flag("model.byte_fallback", model.path("byte_fallback"), false);
        boolean wholePieces = flag("model.ignore_merges", model.path("ignore_merges"), false);

        Map<String, Integer> ids = new HashMap<>();
        List<Token> tokens = readVocabulary(model.path("vocab"), byteFallback, ids);
        OptionalInt endOfText = readAddedTokens(root.path("added_tokens"), tokens, ids);
        List<Merge> merges = readMerges(model.path("merges"), tokens, ids);
        int startToken = TokenizerDefinition.chooseStartToken(endOfText, begin, end);
        return new TokenizerDefinition(units, splitting, wholePieces, spacePrefix, startToken, tokens, merges);
    }

    private void readNormalizer(String field, JsonNode normalizer) {
        if (isAbsent(normalizer)) {
            return;
        }
        switch (text(field + ".type", normalizer.path("type"))) {
            case "Sequence" -> {
                int index = 0;
                for (JsonNode member : normalizer.path("normalizers")) {
                    readNormalizer(field + ".normalizers[" + index++ + "]", member);
                }
            }
            case "Prepend" -> {
                expect(field + ".prepend", normalizer.path("prepend"), PieceText.SPACE_MARK);
                spacePrefix = SpacePrefix.ALWAYS;
            }
            case "Replace" -> {
                expect(field + ".pattern.String", normalizer.path("pattern").path("String"), " ");
                expect(field + ".content", normalizer.path("content"), PieceText.SPACE_MARK);
                marksSpaces = true;
            }
            case "NFC" -> {}
            default -> throw unsupported(field + ".type", normalizer.path("type"), "Sequence, Prepend, Replace or NFC");
        }
    }

    private void readPreTokenizer(String field, JsonNode preTokenizer) {
        if (isAbsent(preTokenizer)) {
            return;
        }
        List<JsonNode> members = new ArrayList<>();
        List<String> fields = new ArrayList<>();
        if (preTokenizer.path("type").asString("").equals("Sequence")) {
            for (JsonNode member : preTokenizer.path("pretokenizers")) {
                fields.add(field + ".pretokenizers[" + members.size() + "]");
                members.add(member);
            }
        } else {
            fields.add(field);
            members.add(preTokenizer);
        }
        for (int index = 0; index < members.size(); index++) {
            readPreTokenizerMember(fields.get(index), members.get(index));
        }
    }

    private void readPreTokenizerMember(String field, JsonNode member) {
        String type = text(field + ".type", member.path("type"));
        if (units == SpellingUnits.BYTES) {
            throw unsupported(field + ".type", member.path("type"), "nothing after ByteLevel");
        }
        switch (type) {
            case "Digits" -> {
                expectFirst(field, type);
                if (!flag(field + ".individual_digits", member.path("individual_digits"), false)) {
                    throw unsupported(field + ".individual_digits", member.path("individual_digits"), "true");
                }
                splitting = SplittingRule.DIGITS_GPT2;
            }
            case "Split" -> {
                expectFirst(field, type);
                expect(field + ".behavior", member.path("behavior"), "Isolated");
                if (flag(field + ".invert", member.path("invert"), false)) {
                    throw unsupported(field + ".invert", member.path("invert"), "false");
                }
                splitting =
                        ruleOf(field + ".pattern.Regex", member.path("pattern").path("Regex"));
            }
            case "ByteLevel" -> {
                if (marksSpaces || spacePrefix != SpacePrefix.NONE) {
                    throw new TokenizerFormatException(field, "ByteLevel after another rule that marks spaces");
                }
                units = SpellingUnits.BYTES;
                if (flag(field + ".add_prefix_space", member.path("add_prefix_space"), true)) {
                    spacePrefix = SpacePrefix.UNLESS_PRESENT;
                }
                boolean usesRegex = flag(field + ".use_regex", member.path("use_regex"), true);
                if (splitting == SplittingRule.NONE) {
                    splitting = usesRegex ? SplittingRule.GPT2 : SplittingRule.NONE;
                } else if (usesRegex != (splitting == SplittingRule.DIGITS_GPT2)) {
                    throw unsupported(
                            field + ".use_regex", member.path("use_regex"), "true after Digits, false after Split");
                }
            }
            case "Metaspace" -> {
                expectFirst(field, type);
                expect(field + ".replacement", member.path("replacement"), PieceText.SPACE_MARK);
                marksSpaces = true;
                spacePrefix = switch (member.path("prepend_scheme").asString("")) {
                    case "always", "first" -> SpacePrefix.UNLESS_PRESENT;
                    case "never" -> SpacePrefix.NONE;
                    case "" ->
                        flag(field + ".add_prefix_space", member.path("add_prefix_space"), true)
                                ? SpacePrefix.UNLESS_PRESENT
                                : SpacePrefix.NONE;
                    default ->
                        throw unsupported(
                                field + ".prepend_scheme", member.path("prepend_scheme"), "always, first or never");
                };
                if (flag(field + ".split", member.path("split"), true)) {
                    splitting = SplittingRule.SPACES;
                }
            }
            default ->
                throw unsupported(
                        field + ".type", member.path("type"), "Sequence, ByteLevel, Digits, Split or Metaspace");
        }
    }

    private void expectFirst(String field, String type) {
        if (splitting != SplittingRule.NONE || marksSpaces) {
            throw new TokenizerFormatException(field, type + " after another rule that splits or marks spaces");
        }
    }

    private static SplittingRule ruleOf(String field, JsonNode regex) {
        String pattern = text(field, regex);
        for (SplittingRule rule : SplittingRule.values()) {
            if (!pattern.isEmpty() && pattern.equals(rule.pattern())) {
                return rule;
            }
        }
        throw unsupported(field, regex, "the expression of GPT-2, Llama 3 or Qwen 2");
    }

    private List<Token> readVocabulary(JsonNode vocabulary, boolean byteFallback, Map<String, Integer> ids) {
        if (!vocabulary.isObject() || vocabulary.isEmpty()) {
            throw new TokenizerFormatException("model.vocab", "is missing or no object with tokens");
        }
        int highest = 0;
        for (Map.Entry<String, JsonNode> entry : vocabulary.properties()) {
            int id = id("model.vocab[" + quoted(entry.getKey()) + "]", entry.getValue());
            ids.put(entry.getKey(), id);
            highest = Math.max(highest, id);
        }
        List<Token> tokens = new ArrayList<>(Collections.nCopies(highest + 1, Token.unused()));
        boolean[] taken = new boolean[highest + 1];
        ids.forEach((text, id) -> {
            if (taken[id]) {
                throw new TokenizerFormatException(
                        "model.vocab[" + quoted(text) + "]", "token %d has two texts".formatted(id));
            }
            taken[id] = true;
            OptionalInt value = byteFallback ? PieceText.byteValue(text) : OptionalInt.empty();
            if (units == SpellingUnits.BYTES) {
                tokens.set(id, PieceText.ofByteAlphabet(text));
            } else if (value.isPresent()) {
                tokens.set(id, Token.ofByte(value.getAsInt()));
            } else {
                tokens.set(id, PieceText.ofSentencePiece(text));
            }
        });
        Integer unknown = ids.get(root.path("model").path("unk_token").asString(""));
        if (unknown != null) {
            tokens.set(unknown, Token.unused());
        }
        return tokens;
    }

    /** Makes added tokens control tokens, also those with ids beyond the vocabulary; returns where the text ends. */
    private static OptionalInt readAddedTokens(JsonNode added, List<Token> tokens, Map<String, Integer> ids) {
        OptionalInt endOfText = OptionalInt.empty();
        int index = 0;
        for (JsonNode entry : added) {
            String field = "added_tokens[" + index++ + "]";
            int id = id(field + ".id", entry.path("id"));
            String content = text(field + ".content", entry.path("content"));
            while (tokens.size() <= id) {
                tokens.add(Token.unused());
            }
            tokens.set(id, Token.control());
            if (content.equals(TokenizerDefinition.END_OF_TEXT)) {
                endOfText = OptionalInt.of(id);
            }
        }
        @Nullable Integer inVocabulary = ids.get(TokenizerDefinition.END_OF_TEXT);
        if (endOfText.isEmpty() && inVocabulary != null) {
            tokens.set(inVocabulary, Token.control());
            endOfText = OptionalInt.of(inVocabulary);
        }
        return endOfText;
    }

    private static List<Merge> readMerges(JsonNode merges, List<Token> tokens, Map<String, Integer> ids) {
        if (!merges.isArray() || merges.size() > TokenizerDefinition.MERGES_MAX) {
            throw new TokenizerFormatException("model.merges", "is missing, no list, or too long");
        }
        MergeList list = new MergeList(tokens, ids);
        int index = 0;
        for (JsonNode entry : merges) {
            String field = "model.merges[" + index++ + "]";
            if (entry.isArray() && entry.size() == 2) {
                list.add(field, text(field, entry.path(0)), text(field, entry.path(1)));
            } else {
                list.addJoined(field, text(field, entry));
            }
        }
        return list.merges();
    }

    private static int id(String field, JsonNode node) {
        if (!node.isInt() || node.intValue() < 0 || node.intValue() >= TokenizerDefinition.TOKENS_LIMIT - 1) {
            throw unsupported(field, node, "a token id from 0 to " + (TokenizerDefinition.TOKENS_LIMIT - 2));
        }
        return node.intValue();
    }

    private static String text(String field, JsonNode node) {
        if (!node.isString()) {
            throw unsupported(field, node, "a text");
        }
        return node.stringValue();
    }

    private static boolean flag(String field, JsonNode node, boolean otherwise) {
        if (isAbsent(node)) {
            return otherwise;
        }
        if (!node.isBoolean()) {
            throw unsupported(field, node, "true or false");
        }
        return node.booleanValue();
    }

    private static void expect(String field, JsonNode node, String expected) {
        if (!node.isString() || !node.stringValue().equals(expected)) {
            throw unsupported(field, node, quoted(expected));
        }
    }

    private static void expectNothing(String field, JsonNode node) {
        if (!isAbsent(node) && !(node.isString() && node.stringValue().isEmpty())) {
            throw unsupported(field, node, "null");
        }
    }

    private static boolean isAbsent(JsonNode node) {
        return node.isMissingNode() || node.isNull();
    }

    private static TokenizerFormatException unsupported(String field, JsonNode node, String expected) {
        String found = node.isMissingNode() ? "nothing" : node.toString();
        String shown = found.length() > 120 ? found.substring(0, 120) + "…" : found;
        return new TokenizerFormatException(field, "found " + shown + ", expected " + expected);
    }

    private static String quoted(String text) {
        return '"' + text + '"';
    }
}
