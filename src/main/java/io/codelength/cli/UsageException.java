package io.codelength.cli;

/** The command makes no sense as it was typed. Exit code 2. */
final class UsageException extends RuntimeException {
    UsageException(String message) {
        super(message);
    }
}
