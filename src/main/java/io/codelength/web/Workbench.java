package io.codelength.web;

import io.codelength.limit.CallScope;
import io.codelength.limit.Cancellation;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponseException;

/**
 * Computes for requests. The thread that serves a request only talks to its client: it spools the body, notices when the
 * client goes away, and sends the answer. Another computes meanwhile, and is cancelled when nobody waits any more.
 */
final class Workbench implements AutoCloseable {
    /** Work over a request's body. */
    @FunctionalInterface
    interface BodyWork<T> {
        T on(InputStream body, CallScope scope) throws IOException;
    }

    /** Work that gives bytes. */
    @FunctionalInterface
    interface ContentWork {
        void into(OutputStream target, CallScope scope) throws IOException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(Workbench.class);

    private static final int COPY_BYTES = 64 * 1024;

    /** One step or pass of a large model on a slow machine takes less. */
    private static final Duration END_PATIENCE = Duration.ofSeconds(30);

    private final ServiceLimits limits;
    private final WorkGate gate;
    private final Path spoolDirectory;
    private final ExecutorService workers;
    private volatile boolean stopping;
    private final Set<Cancellation> running = ConcurrentHashMap.newKeySet();

    Workbench(ServiceLimits limits, WorkGate gate, Path spoolDirectory) {
        this.limits = limits;
        this.gate = gate;
        this.spoolDirectory = spoolDirectory;
        AtomicInteger number = new AtomicInteger();
        // The gate bounds how many run.
        this.workers =
                Executors.newCachedThreadPool(task -> new Thread(task, "codelength-work-" + number.incrementAndGet()));
    }

    /**
     * Runs work over the request's body while it arrives.
     *
     * @throws BodyTooLargeException if the body is longer than the limit
     * @throws ClientGoneException if the client went away; the work has ended by then
     */
    <T> T compute(HttpServletRequest request, BodyWork<T> work) throws IOException {
        return compute(request, limits.bodyBytes(), work);
    }

    /** The same for work that takes no more than so many bytes, and no more than the service does. */
    <T> T compute(HttpServletRequest request, long workBytesMax, BodyWork<T> work) throws IOException {
        long bodyBytesMax = Math.min(workBytesMax, limits.bodyBytes());
        if (request.getContentLengthLong() > bodyBytesMax) {
            throw new BodyTooLargeException(bodyBytesMax);
        }
        requireBytes(request);
        ClientConnection client = ClientConnection.of(request);
        try (WorkGate.Place place = gate.enter(request.getContentLengthLong());
                Spool body = spool()) {
            try (Job<T> job = start(scope -> work.on(body.source(scope.cancellation()), scope), place, body)) {
                spoolBody(request, body, bodyBytesMax, job);
                while (!job.isDone()) {
                    job.awaitBriefly();
                    checkPresence(client);
                }
                return job.result();
            }
        }
    }

    /** Room for a result that is sent only when it is whole; the caller closes it. */
    Spool spool() throws IOException {
        return Spool.in(spoolDirectory);
    }

    /**
     * Sends what work gives while it gives it; so many bytes. If the work fails before a byte was sent, the failure is thrown and can be
     * answered; afterwards the connection is broken off. The last byte waits until the work has succeeded.
     */
    void stream(HttpServletRequest request, HttpServletResponse response, long bytes, ContentWork work)
            throws IOException {
        ClientConnection client = ClientConnection.of(request);
        try (WorkGate.Place place = gate.enter(bytes);
                Spool content = spool()) {
            try (Job<Boolean> job = start(
                    scope -> {
                        work.into(content.sink(), scope);
                        return true;
                    },
                    place,
                    content)) {
                byte[] block = new byte[COPY_BYTES];
                long sent = 0;
                while (true) {
                    boolean done = job.isDone();
                    if (done) {
                        job.result();
                        place.giveBack(); // the client may read the rest at its own pace
                    }
                    // Held back while the work may still fail: one byte, without which the answer is not whole.
                    long ready = content.length() - sent - (done ? 0 : 1);
                    if (ready > 0) {
                        int count = content.read(sent, block, 0, (int) Math.min(block.length, ready));
                        write(response, block, count);
                        sent += count;
                    } else if (done) {
                        return;
                    } else {
                        content.await(sent + 1);
                        checkPresence(client);
                    }
                }
            }
        }
    }

    /** Sends a whole result; the caller closes it. */
    void send(Spool result, HttpServletResponse response) throws IOException {
        response.setContentType(MediaType.APPLICATION_OCTET_STREAM_VALUE);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setContentLengthLong(result.length());
        result.complete();
        send(result.source(new Cancellation()), response);
    }

    /** Sends bytes whose number is already in the answer's head. */
    void send(InputStream source, HttpServletResponse response) throws IOException {
        byte[] block = new byte[COPY_BYTES];
        for (int bytes = source.read(block); bytes >= 0; bytes = source.read(block)) {
            write(response, block, bytes);
        }
    }

    /** Ends all work in progress and all that still comes. */
    void cancelAll() {
        stopping = true;
        running.forEach(cancellation -> cancellation.cancel("the service is stopping"));
    }

    /** Waits for the end of what was cancelled: models may be closed afterwards. */
    @Override
    public void close() {
        cancelAll();
        workers.shutdown();
        try {
            if (!workers.awaitTermination(END_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("work still goes on {} seconds after it was cancelled", END_PATIENCE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A form is not the file that somebody filled into it; storing the form would surprise its sender. */
    private static void requireBytes(HttpServletRequest request) {
        String type = request.getContentType();
        if (type != null && type.regionMatches(true, 0, "multipart/", 0, "multipart/".length())) {
            throw new ErrorResponseException(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    ProblemDetail.forStatusAndDetail(
                            HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                            "The body is taken as it is, so a multipart form would be kept with its boundaries."
                                    + " Send the bytes themselves, as 'curl --data-binary @FILE' does."),
                    null);
        }
    }

    private void spoolBody(HttpServletRequest request, Spool body, long bodyBytesMax, Job<?> job) throws IOException {
        byte[] block = new byte[COPY_BYTES];
        OutputStream sink = body.sink();
        InputStream source = request.getInputStream();
        while (!job.isDone()) {
            int bytes = receive(source, block);
            if (bytes < 0) {
                body.complete();
                return;
            }
            if (body.length() + bytes > bodyBytesMax) {
                throw new BodyTooLargeException(bodyBytesMax);
            }
            sink.write(block, 0, bytes);
        }
    }

    private static int receive(InputStream source, byte[] block) throws IOException {
        try {
            return source.read(block);
        } catch (IOException e) {
            throw new ClientGoneException("the client went away while it was sending", e);
        }
    }

    private static void write(HttpServletResponse response, byte[] block, int bytes) throws IOException {
        try {
            response.getOutputStream().write(block, 0, bytes);
        } catch (IOException e) {
            throw new ClientGoneException("the client went away while it was reading", e);
        }
    }

    private static void checkPresence(ClientConnection client) throws ClientGoneException {
        if (client.isGone()) {
            throw new ClientGoneException("the client went away while it was waiting", null);
        }
    }

    @FunctionalInterface
    private interface ScopedWork<T> {
        T in(CallScope scope) throws IOException;
    }

    private <T> Job<T> start(ScopedWork<T> work, WorkGate.Place place, Spool spool) {
        CallScope scope = new CallScope(new Cancellation(), place.memory());
        running.add(scope.cancellation());
        if (stopping) {
            scope.cancellation().cancel("the service is stopping");
        }
        FutureTask<T> task = new FutureTask<>(() -> work.in(scope)) {
            @Override
            protected void done() {
                spool.wake();
            }
        };
        Job<T> job = new Job<>(task, scope.cancellation());
        workers.execute(task);
        return job;
    }

    /** Work in progress; closing it cancels it if need be and waits for its end, so that nothing outlives its request. */
    private final class Job<T> implements AutoCloseable {
        private static final long POLL_MILLIS = 250;

        private final Future<T> future;
        private final Cancellation cancellation;

        Job(Future<T> future, Cancellation cancellation) {
            this.future = future;
            this.cancellation = cancellation;
        }

        boolean isDone() {
            return future.isDone();
        }

        void awaitBriefly() throws IOException {
            try {
                future.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException | ExecutionException lookLater) {
                // The caller asks isDone and result.
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }

        T result() throws IOException {
            try {
                return future.get();
            } catch (InterruptedException e) {
                throw interrupted();
            } catch (ExecutionException e) {
                Throwable cause = e.getCause();
                if (cause instanceof IOException || cause instanceof RuntimeException || cause instanceof Error) {
                    throw Workbench.<RuntimeException>rethrown(cause);
                }
                throw new IllegalStateException("work failed with an exception it does not declare", cause);
            }
        }

        private IOException interrupted() {
            Thread.currentThread().interrupt();
            return new java.io.InterruptedIOException("the service is stopping");
        }

        @Override
        public void close() {
            cancellation.cancel("nobody waits for the answer any more");
            boolean interrupted = false;
            while (!future.isDone()) {
                try {
                    future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    break;
                }
            }
            running.remove(cancellation);
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // the usual way to rethrow as it was
    private static <E extends Throwable> E rethrown(Throwable cause) throws E {
        throw (E) cause;
    }
}
