package io.codelength.model;

/** The weights of a Llama-family model by what they do, with the names under which files keep them. */
public enum WeightRole {
    EMBEDDING(false, "model.embed_tokens", "token_embd"),
    /** Gain of the norm before attention. */
    ATTENTION_NORM(true, "input_layernorm", "attn_norm"),
    QUERY(true, "self_attn.q_proj", "attn_q"),
    KEY(true, "self_attn.k_proj", "attn_k"),
    VALUE(true, "self_attn.v_proj", "attn_v"),
    ATTENTION_OUTPUT(true, "self_attn.o_proj", "attn_output"),
    /** Gain of the norm before the SwiGLU layer. */
    FEED_FORWARD_NORM(true, "post_attention_layernorm", "ffn_norm"),
    GATE(true, "mlp.gate_proj", "ffn_gate"),
    UP(true, "mlp.up_proj", "ffn_up"),
    DOWN(true, "mlp.down_proj", "ffn_down"),
    FINAL_NORM(false, "model.norm", "output_norm"),
    HEAD(false, "lm_head", "output");

    private final boolean perLayer;
    private final String huggingFaceName;
    private final String ggufName;

    WeightRole(boolean perLayer, String huggingFaceName, String ggufName) {
        this.perLayer = perLayer;
        this.huggingFaceName = huggingFaceName;
        this.ggufName = ggufName;
    }

    /** Whether every layer has one. */
    public boolean perLayer() {
        return perLayer;
    }

    String huggingFaceName(int layer) {
        return (perLayer ? "model.layers." + layer + "." : "") + huggingFaceName + ".weight";
    }

    String ggufName(int layer) {
        return (perLayer ? "blk." + layer + "." : "") + ggufName + ".weight";
    }

    /** Rows and columns, or the one size of a norm's gain, as files store it: [output channels, input channels]. */
    int[] sizes(ModelShape shape, int vocabularyRows) {
        return switch (this) {
            case EMBEDDING, HEAD -> new int[] {vocabularyRows, shape.hidden()};
            case ATTENTION_NORM, FEED_FORWARD_NORM, FINAL_NORM -> new int[] {shape.hidden()};
            case QUERY -> new int[] {shape.queryWidth(), shape.hidden()};
            case KEY, VALUE -> new int[] {shape.keyValueWidth(), shape.hidden()};
            case ATTENTION_OUTPUT -> new int[] {shape.hidden(), shape.queryWidth()};
            case GATE, UP -> new int[] {shape.feedForward(), shape.hidden()};
            case DOWN -> new int[] {shape.hidden(), shape.feedForward()};
        };
    }
}
