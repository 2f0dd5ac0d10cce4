package io.codelength.web;

/** A parameter has a value that makes no sense here. */
final class InvalidParameterException extends RuntimeException {
    private final String parameter;
    private final String value;

    InvalidParameterException(String parameter, String value, String detail) {
        super(detail);
        this.parameter = parameter;
        this.value = value;
    }

    String parameter() {
        return parameter;
    }

    String value() {
        return value;
    }
}
