package io.codelength.web;

import io.codelength.codec.DictionaryMismatchException;
import io.codelength.codec.ModelMismatchException;
import io.codelength.codec.TooFewSamplesException;
import io.codelength.container.CorruptContainerException;
import io.codelength.container.UnsupportedFormatException;
import io.codelength.limit.CancelledException;
import io.codelength.limit.LimitExceededException;
import io.codelength.store.DictionaryConflictException;
import io.codelength.store.DictionaryInUseException;
import io.codelength.store.ObjectGoneException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.transaction.TransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;

/**
 * An error as clients see it (RFC 9457). The one place where exceptions become answers.
 *
 * @param kind the last part of the stable {@code type}
 * @param facts what the detail says, as fields
 * @param headers to send along
 */
record Problem(
        int status, String kind, String title, String detail, Map<String, Object> facts, Map<String, String> headers) {
    /** What every type begins with; a name, not a place. */
    static final String TYPE_PREFIX = "urn:codelength:problem:";

    private static final String RETRY_AFTER_SECONDS = "5";

    static Problem of(Throwable failure) {
        // What went wrong for the user is the outermost exception that we know.
        if (failure instanceof BodyTooLargeException e) {
            return problem(413, "body-too-large", "Body too large", e).fact("limitBytes", e.limitBytes());
        }
        if (failure instanceof LimitExceededException e) {
            // Others may give memory back; the output limit is about the request itself.
            Problem problem = problem(e.isOfTheMoment() ? 503 : 413, "limit-exceeded", "A limit would be passed", e)
                    .fact("limit", e.limit())
                    .fact("requested", e.requested())
                    .fact("allowed", e.allowed());
            return e.isOfTheMoment() ? problem.header("Retry-After", RETRY_AFTER_SECONDS) : problem;
        }
        if (failure instanceof ServiceBusyException e) {
            return problem(503, "busy", "Too much work in flight", e)
                    .fact("inFlight", e.inFlight())
                    .fact("retryAfterSeconds", e.retryAfter().toSeconds())
                    .header("Retry-After", Long.toString(e.retryAfter().toSeconds()));
        }
        if (failure instanceof InvalidParameterException e) {
            return problem(400, "invalid-parameter", "Invalid parameter", e)
                    .fact("parameter", e.parameter())
                    .fact("value", e.value());
        }
        if (failure instanceof MethodArgumentTypeMismatchException e) {
            String value = String.valueOf(e.getValue());
            return new Problem(
                            400,
                            "invalid-parameter",
                            "Invalid parameter",
                            "Parameter '%s' has the value '%s', which cannot be read.".formatted(e.getName(), value))
                    .fact("parameter", e.getName())
                    .fact("value", value);
        }
        if (failure instanceof MissingServletRequestParameterException e) {
            return new Problem(
                            400,
                            "missing-parameter",
                            "Missing parameter",
                            "Parameter '%s' is missing.".formatted(e.getParameterName()))
                    .fact("parameter", e.getParameterName());
        }
        if (failure instanceof ObjectNotFoundException e) {
            return problem(404, "object-not-found", "No such object", e).fact("object", e.object());
        }
        if (failure instanceof ObjectGoneException e) {
            return problem(409, "object-gone", "Object deleted meanwhile", e)
                    .fact("object", e.object().toString());
        }
        if (failure instanceof DictionaryNotFoundException e) {
            return problem(404, "dictionary-not-found", "No such dictionary", e).fact("dictionary", e.dictionary());
        }
        if (failure instanceof DictionaryInUseException e) {
            return problem(409, "dictionary-in-use", "Dictionary needed by objects", e)
                    .fact("dictionary", e.dictionary())
                    .fact("objects", e.objects());
        }
        if (failure instanceof DictionaryConflictException e) {
            return problem(409, "dictionary-conflict", "Another dictionary has this id", e)
                    .fact("dictionary", e.dictionary());
        }
        if (failure instanceof DictionaryDamagedException e) {
            return problem(422, "corrupt-dictionary", "Dictionary damaged or of another version", e);
        }
        if (failure instanceof TooFewSamplesException e) {
            return problem(422, "too-few-samples", "Too little to train from", e);
        }
        if (failure instanceof RangeNotSatisfiableException e) {
            return problem(416, "range-not-satisfiable", "Range not satisfiable", e)
                    .fact("length", e.length())
                    .header("Content-Range", "bytes */" + e.length());
        }
        if (failure instanceof CorruptContainerException e) {
            Problem problem = problem(422, "corrupt-archive", "Archive damaged or not an archive", e)
                    .fact("offset", e.offset());
            return e.frame().isPresent() ? problem.fact("frame", e.frame().getAsInt()) : problem;
        }
        if (failure instanceof UnsupportedFormatException e) {
            return problem(422, "unsupported-archive", "Archive of another version", e);
        }
        if (failure instanceof ModelMismatchException e) {
            return problem(422, "model-missing", "Model missing or different", e);
        }
        if (failure instanceof DictionaryMismatchException e) {
            return problem(422, "dictionary-missing", "Dictionary missing or different", e);
        }
        if (failure instanceof StoredObjectDamagedException e) {
            return problem(500, "stored-object-damaged", "Stored object damaged", e);
        }
        if (failure instanceof CancelledException e) {
            return problem(503, "cancelled", "Work cancelled", e).header("Retry-After", RETRY_AFTER_SECONDS);
        }
        if (failure instanceof DataAccessException || failure instanceof TransactionException) {
            return new Problem(
                            503,
                            "database-unavailable",
                            "Database unavailable",
                            "The database cannot be reached or refused the operation. Nothing was stored. Try again later.")
                    .header("Retry-After", RETRY_AFTER_SECONDS);
        }
        if (failure instanceof ErrorResponse e) {
            HttpStatus status = HttpStatus.valueOf(e.getStatusCode().value());
            String detail = e.getBody().getDetail();
            Problem problem = ofStatus(status, detail == null ? status.getReasonPhrase() + "." : detail);
            for (Map.Entry<String, java.util.List<String>> header :
                    e.getHeaders().headerSet()) {
                problem = problem.header(header.getKey(), String.join(", ", header.getValue()));
            }
            return problem;
        }
        return new Problem(
                500,
                "internal",
                "Internal error",
                "The service failed in a way it did not foresee. Its log says more; please report it.");
    }

    /** A problem that a status says all about, such as a path that does not exist. */
    static Problem ofStatus(HttpStatus status, String detail) {
        String title = status.getReasonPhrase();
        String kind = title.toLowerCase(Locale.ROOT).replaceAll("[^a-z]+", "-");
        return new Problem(status.value(), kind, title, detail);
    }

    private Problem(int status, String kind, String title, String detail) {
        this(status, kind, title, detail, Map.of(), Map.of());
    }

    private static Problem problem(int status, String kind, String title, Throwable failure) {
        String message = failure.getMessage();
        return new Problem(status, kind, title, message == null ? title + "." : message);
    }

    private Problem fact(String name, Object value) {
        Map<String, Object> more = new LinkedHashMap<>(facts);
        more.put(name, value);
        return new Problem(status, kind, title, detail, more, headers);
    }

    private Problem header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Problem(status, kind, title, detail, facts, more);
    }

    /**
     * The fields of the JSON object, in the order in which they are written.
     *
     * @param instance the path of the request; null if there is none, as where the request's first line makes no sense
     */
    Map<String, Object> fields(@Nullable String instance) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", TYPE_PREFIX + kind);
        fields.put("title", title);
        fields.put("status", status);
        fields.put("detail", detail);
        if (instance != null) {
            fields.put("instance", instance);
        }
        fields.putAll(facts);
        return fields;
    }
}
