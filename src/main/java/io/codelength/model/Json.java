package io.codelength.model;

import java.io.IOException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeType;

/** JSON from outside: bounded in length and depth, duplicate names refused. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxNumberLength(64)
                            .maxNameLength(4096)
                            .maxStringLength(1 << 20)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .build())
            .build();

    private Json() {}

    /** Reads a whole small file that must hold one object. */
    static JsonNode readObject(ByteSource source, int bytesMax) throws IOException {
        return parseObject(source.name(), readAll(source, bytesMax));
    }

    static byte[] readAll(ByteSource source, int bytesMax) throws IOException {
        if (source.length() > bytesMax) {
            throw new ModelFormatException(source.name(), "length", "at most " + bytesMax + " bytes", source.length());
        }
        byte[] bytes = new byte[(int) source.length()];
        source.readFully(0, bytes, 0, bytes.length);
        return bytes;
    }

    static JsonNode parseObject(String file, byte[] bytes) {
        JsonNode node;
        try {
            node = MAPPER.readTree(bytes);
        } catch (JacksonException e) {
            throw new ModelFormatException(file, "JSON", "a JSON object", e.getOriginalMessage(), e);
        }
        if (node.getNodeType() != JsonNodeType.OBJECT) {
            throw new ModelFormatException(file, "JSON", "a JSON object", node.getNodeType());
        }
        return node;
    }
}
