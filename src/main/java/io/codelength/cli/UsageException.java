package io.codelength.cli;

/** The command makes no sense as it was typed. Exit code 2. */
public final class UsageException extends RuntimeException {
    public UsageException(String message) {
        super(message);
    }
}
