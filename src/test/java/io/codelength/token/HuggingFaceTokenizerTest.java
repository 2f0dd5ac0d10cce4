package io.codelength.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class HuggingFaceTokenizerTest {
    private static final String BYTE_LEVEL = "{'type':'ByteLevel','add_prefix_space':false,'use_regex':true}";
    private static final String MARKS = "{'type':'Replace','pattern':{'String':' '},'content':'▁'}";
    private static final String SPELLING = "'vocab':{'Ġ':1,'a':2,'b':4,'ab':5,'Ġab':6},'merges':[['a','b'],['Ġ','ab']]";
    private static final String PIECES =
            "'byte_fallback':true,'unk_token':'u','vocab':{'u':0,'▁':1,'<0x41>':2,'a':3,'▁a':4},'merges':['▁ a']";

    @Test
    void readsByteLevelEncoding() {
        TokenizerDefinition definition = read(file("null", BYTE_LEVEL, SPELLING, "{'id':0,'content':'<|endoftext|>'}"));
        assertThat(definition.units()).isEqualTo(SpellingUnits.BYTES);
        assertThat(definition.splitting()).isEqualTo(SplittingRule.GPT2);
        assertThat(definition.startToken()).isZero();
        assertThat(definition.tokens().get(0)).isEqualTo(Token.control());
        assertThat(definition.tokens().get(1)).isEqualTo(Token.normal(new byte[] {' '}));
        assertThat(definition.tokens().get(3)).as("a gap").isEqualTo(Token.unused());
        assertThat(definition.merges()).containsExactly(new Merge(2, 4, 5, 0), new Merge(1, 5, 6, 1));
    }

    @Test
    void readsSentencePieceStyle() {
        TokenizerDefinition definition = read(file(
                "{'type':'Sequence','normalizers':[{'type':'Prepend','prepend':'▁'}," + MARKS + "]}",
                "null",
                PIECES,
                "{'id':5,'content':'<s>'}"));
        assertThat(definition.units()).isEqualTo(SpellingUnits.CHARACTERS);
        assertThat(definition.splitting()).isEqualTo(SplittingRule.NONE);
        assertThat(definition.spacePrefix()).isEqualTo(SpacePrefix.ALWAYS);
        assertThat(definition.startToken()).as("given by the configuration").isEqualTo(1);
        assertThat(definition.tokens())
                .containsExactly(
                        Token.unused(),
                        Token.normal(new byte[] {' '}),
                        Token.ofByte(0x41),
                        Token.normal(new byte[] {'a'}),
                        Token.normal(new byte[] {' ', 'a'}),
                        Token.control());
        assertThat(definition.merges()).containsExactly(new Merge(1, 3, 4, 0));
    }

    @Test
    void readsTheOtherWaysToSplit() {
        assertThat(read(file("{'type':'NFC'}", sequence(split(SplittingRule.QWEN2), noRegex()), SPELLING, ""))
                        .splitting())
                .isEqualTo(SplittingRule.QWEN2);
        TokenizerDefinition llama = read(
                file("null", sequence(split(SplittingRule.LLAMA3), noRegex()), "'ignore_merges':true," + SPELLING, ""));
        assertThat(llama.splitting()).isEqualTo(SplittingRule.LLAMA3);
        assertThat(llama.wholePieces()).isTrue();
        assertThat(read(file("null", sequence(digits(true), BYTE_LEVEL), SPELLING, ""))
                        .splitting())
                .isEqualTo(SplittingRule.DIGITS_GPT2);
        assertThat(read(file("null", noRegex(), SPELLING, "")).splitting()).isEqualTo(SplittingRule.NONE);
        assertThat(read(file("null", "{'type':'ByteLevel'}", SPELLING, "")).spacePrefix())
                .isEqualTo(SpacePrefix.UNLESS_PRESENT);
        String metaspace = "{'type':'Metaspace','replacement':'▁','prepend_scheme':'%s','split':%s}";
        TokenizerDefinition split = read(file("null", metaspace.formatted("never", "true"), PIECES, ""));
        assertThat(split.splitting()).isEqualTo(SplittingRule.SPACES);
        assertThat(split.spacePrefix()).isEqualTo(SpacePrefix.NONE);
        TokenizerDefinition whole = read(file("null", metaspace.formatted("first", "false"), PIECES, ""));
        assertThat(whole.splitting()).isEqualTo(SplittingRule.NONE);
        assertThat(whole.spacePrefix()).isEqualTo(SpacePrefix.UNLESS_PRESENT);
        assertThat(read(file("null", "{'type':'Metaspace','replacement':'▁','split':false}", PIECES, ""))
                        .spacePrefix())
                .isEqualTo(SpacePrefix.UNLESS_PRESENT);
    }

    @Test
    void whatIsNotSupportedIsRefusedByName() {
        refused("normalizer.type", file("{'type':'Lowercase'}", BYTE_LEVEL, SPELLING, ""));
        refused(
                "normalizer.normalizers[1].type",
                file("{'type':'Sequence','normalizers':[{'type':'NFC'},{'type':'NFKC'}]}", BYTE_LEVEL, SPELLING, ""));
        refused(
                "normalizer.content",
                file("{'type':'Replace','pattern':{'String':' '},'content':'_'}", "null", PIECES, ""));
        refused("pre_tokenizer.type", file("null", "{'type':'Whitespace'}", SPELLING, ""));
        refused("pre_tokenizer.pretokenizers[1].type", file("null", sequence(BYTE_LEVEL, digits(true)), SPELLING, ""));
        refused(
                "pre_tokenizer.pretokenizers[0].individual_digits",
                file("null", sequence(digits(false), BYTE_LEVEL), SPELLING, ""));
        refused(
                "pre_tokenizer.pretokenizers[1].use_regex",
                file("null", sequence(split(SplittingRule.LLAMA3), BYTE_LEVEL), SPELLING, ""));
        refused(
                "pre_tokenizer.pretokenizers[1]",
                file("null", sequence(digits(true), digits(true), BYTE_LEVEL), SPELLING, ""));
        String words = "{'type':'Split','pattern':{'Regex':'x+'},'behavior':'Isolated'}";
        refused("pre_tokenizer.pretokenizers[0].pattern.Regex", file("null", sequence(words, noRegex()), SPELLING, ""));
        refused("pre_tokenizer", file("null", "null", SPELLING, ""));
        refused("pre_tokenizer", file(MARKS, BYTE_LEVEL, SPELLING, ""));
        refused("model.type", file("null", BYTE_LEVEL, SPELLING, "").replace("BPE", "Unigram"));
        refused("model.dropout", file("null", BYTE_LEVEL, "'dropout':0.5," + SPELLING, ""));
        refused("model.end_of_word_suffix", file("null", BYTE_LEVEL, "'end_of_word_suffix':'</w>'," + SPELLING, ""));
        refused("model.byte_fallback", file("null", BYTE_LEVEL, "'byte_fallback':1," + SPELLING, ""));
    }

    @Test
    void whatIsDamagedIsRefusedByName() {
        refused("tokenizer.json", "{");
        refused("tokenizer.json", "{'a':1,'a':2}");
        refused("model.type", "[]");
        refused("model.vocab", file("null", BYTE_LEVEL, "'vocab':{}", ""));
        refused("model.vocab[\"a\"]", file("null", BYTE_LEVEL, "'vocab':{'a':-1}", ""));
        refused("model.vocab[\"a\"]", file("null", BYTE_LEVEL, "'vocab':{'a':2000000000}", ""));
        refused("model.vocab[\"a\"]", file("null", BYTE_LEVEL, "'vocab':{'a':'x'}", ""));
        assertThatThrownBy(() -> read(file("null", BYTE_LEVEL, "'vocab':{'a':1,'b':1},'merges':[]", "")))
                .hasMessageContaining("two texts");
        refused("model.merges", file("null", BYTE_LEVEL, "'vocab':{'a':1}", ""));
        refused("model.merges[0]", file("null", BYTE_LEVEL, "'vocab':{'a':1},'merges':['aa']", ""));
        refused("model.merges[0]", file("null", BYTE_LEVEL, "'vocab':{'a':1},'merges':['a a']", ""));
        refused("model.merges[1]", file("null", BYTE_LEVEL, "'vocab':{'a':1,'aa':2},'merges':['a a',7]", ""));
        refused("added_tokens[0].id", file("null", BYTE_LEVEL, SPELLING, "{'id':'x','content':'y'}"));
        refused("added_tokens[0].content", file("null", BYTE_LEVEL, SPELLING, "{'id':1}"));
    }

    @Test
    void mergesOfTokensThatSpellNothingAreLeftOut() {
        TokenizerDefinition definition = read(file(
                "null",
                BYTE_LEVEL,
                "'vocab':{'a':1,'aa':2,'aaa':3},'merges':['a a','aa a']",
                "{'id':2,'content':'aa'}"));
        assertThat(definition.merges()).isEmpty();
    }

    private static String file(String normalizer, String preTokenizer, String model, String added) {
        return "{'added_tokens':[%s],'normalizer':%s,'pre_tokenizer':%s,'model':{'type':'BPE',%s}}"
                .formatted(added, normalizer, preTokenizer, model);
    }

    private static String sequence(String... members) {
        return "{'type':'Sequence','pretokenizers':[" + String.join(",", members) + "]}";
    }

    private static String digits(boolean individual) {
        return "{'type':'Digits','individual_digits':" + individual + "}";
    }

    private static String noRegex() {
        return "{'type':'ByteLevel','add_prefix_space':false,'use_regex':false}";
    }

    private static String split(SplittingRule rule) {
        // These files are written with ' for ", so a ' that is meant stands as its escape.
        String pattern = rule.pattern().replace("\\", "\\\\").replace("'", "\\u0027");
        return "{'type':'Split','pattern':{'Regex':'" + pattern + "'},'behavior':'Isolated','invert':false}";
    }

    private static TokenizerDefinition read(String json) {
        return HuggingFaceTokenizer.read(
                json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), OptionalInt.of(1), OptionalInt.empty());
    }

    private static void refused(String field, String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOfSatisfying(
                        TokenizerFormatException.class,
                        e -> assertThat(e.field()).isEqualTo(field));
    }
}
