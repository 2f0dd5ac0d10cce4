package io.codelength.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Facts for programs: one JSON object on standard output. Loaded only where {@code --json} asks for it. */
final class Json {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Json() {}

    /** An object whose fields keep their order. */
    static Map<String, Object> object() {
        return new LinkedHashMap<>();
    }

    static void print(Session session, Map<String, Object> object) {
        session.terminal().out().println(MAPPER.writeValueAsString(object));
    }
}
