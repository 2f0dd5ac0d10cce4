package io.codelength.cli;

import io.codelength.codec.DictionaryMismatchException;
import io.codelength.codec.ModelMismatchException;
import io.codelength.container.CorruptContainerException;
import io.codelength.container.UnsupportedFormatException;
import io.codelength.limit.CancelledException;
import io.codelength.limit.LimitExceededException;
import io.codelength.model.ModelFormatException;
import io.codelength.model.store.ModelNotFoundException;
import io.codelength.token.TokenizerFormatException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ParameterException;

/** The one place where an exception becomes an exit code and a sentence. */
final class ExitCode {
    static final int DONE = 0;
    static final int FAILED = 1;
    static final int USAGE = 2;
    static final int DAMAGED = 3;
    static final int MODEL = 4;
    static final int LIMIT = 5;
    /** 128 + SIGINT, as shells report it. */
    static final int INTERRUPTED = 130;

    private ExitCode() {}

    static int of(Throwable failure) {
        if (failure instanceof UncheckedIOException wrapped) {
            return of(cause(wrapped));
        } else if (failure instanceof UsageException || failure instanceof ParameterException) {
            return USAGE;
        } else if (failure instanceof CorruptContainerException
                || failure instanceof UnsupportedFormatException
                || failure instanceof ModelFormatException
                || failure instanceof TokenizerFormatException) {
            return DAMAGED;
        } else if (failure instanceof ModelMismatchException
                || failure instanceof ModelNotFoundException
                || failure instanceof DictionaryMismatchException) {
            return MODEL;
        } else if (failure instanceof LimitExceededException || failure instanceof OutOfMemoryError) {
            return LIMIT;
        } else if (failure instanceof CancelledException) {
            return INTERRUPTED;
        }
        return FAILED;
    }

    private static IOException cause(UncheckedIOException wrapped) {
        return Objects.requireNonNullElseGet(wrapped.getCause(), () -> new IOException(wrapped.getMessage()));
    }

    /** What went wrong, for the person who typed the command; without the name of the program. */
    static String message(Throwable failure) {
        if (failure instanceof UncheckedIOException wrapped) {
            return message(cause(wrapped));
        } else if (failure instanceof OutOfMemoryError) {
            return "out of memory. Give the JVM more, as in CODELENGTH_JAVA_OPTS=-Xmx8g, or use fewer --lanes.";
        } else if (failure instanceof NoSuchFileException missing) {
            return missing.getFile() + ": no such file";
        } else if (failure instanceof FileNotFoundException missing) {
            return String.valueOf(missing.getMessage());
        } else if (failure instanceof FileAlreadyExistsException existing) {
            return existing.getFile() + ": already exists; not overwritten. Pass --force to replace it.";
        } else if (failure instanceof AccessDeniedException denied) {
            return denied.getFile() + ": permission denied";
        } else if (failure instanceof NotDirectoryException file) {
            return file.getFile() + ": not a directory";
        } else if (failure instanceof FileSystemException trouble) {
            return "%s: %s".formatted(trouble.getFile(), reasonOf(trouble.getReason(), trouble));
        } else if (failure instanceof IOException) {
            return reasonOf(failure.getMessage(), failure);
        }
        return isForPeople(failure)
                ? reasonOf(failure.getMessage(), failure)
                : "internal error, please report it: %s (CODELENGTH_DEBUG=1 shows where)".formatted(failure);
    }

    /** Whether the exception was written for the user, by us, rather than thrown by a broken promise of ours. */
    private static boolean isForPeople(Throwable failure) {
        return of(failure) != FAILED
                || failure instanceof CommandFailedException
                || (failure.getClass().getName().startsWith("io.codelength.") && failure.getMessage() != null);
    }

    private static String reasonOf(@Nullable String reason, Throwable failure) {
        return reason == null || reason.isBlank() ? failure.getClass().getSimpleName() : reason;
    }
}
