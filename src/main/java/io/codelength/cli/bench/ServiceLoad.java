package io.codelength.cli.bench;

import io.codelength.limit.Cancellation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends documents to a service by so many clients at once, each of whom sends its next one when it has its answer. */
public final class ServiceLoad {
    private final ServiceClient service;
    private final Cancellation cancellation;

    public ServiceLoad(ServiceClient service, Cancellation cancellation) {
        this.service = service;
        this.cancellation = cancellation;
    }

    /** What a client asks of the service for one body. */
    @FunctionalInterface
    public interface Exchange {
        byte[] with(byte[] body) throws IOException;
    }

    /**
     * How long it took.
     *
     * @param answers in the order of the bodies
     * @param seconds from the first request to the last answer
     * @param meanMillis of one request
     * @param slowMillis what 95 of 100 requests do not exceed
     * @param tokensAStep symbols that the service's steps read together meanwhile, on average; empty if it does not tell
     */
    public record Round(
            List<byte[]> answers, double seconds, double meanMillis, double slowMillis, OptionalDouble tokensAStep) {}

    /**
     * @param bodies at least one
     * @throws IOException if one request fails
     */
    public Round run(List<byte[]> bodies, int clients, Exchange exchange) throws IOException {
        byte[][] answers = new byte[bodies.size()][];
        long[] nanos = new long[bodies.size()];
        AtomicInteger next = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        double tokensBefore = stepped("tokens");
        double passesBefore = stepped("passes");
        long start = System.nanoTime();
        try {
            List<Future<?>> sending = new ArrayList<>();
            for (int client = 0; client < clients; client++) {
                sending.add(threads.submit(() -> {
                    for (int i = next.getAndIncrement(); i < answers.length; i = next.getAndIncrement()) {
                        cancellation.throwIfCancelled();
                        long sent = System.nanoTime();
                        answers[i] = exchange.with(bodies.get(i));
                        nanos[i] = System.nanoTime() - sent;
                    }
                    return answers;
                }));
            }
            for (Future<?> each : sending) {
                await(each);
            }
        } finally {
            threads.shutdownNow();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        double passes = stepped("passes") - passesBefore;
        double tokens = stepped("tokens") - tokensBefore;
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return new Round(
                List.of(answers),
                seconds,
                Arrays.stream(nanos).sum() / 1e6 / nanos.length,
                sorted[(sorted.length - 1) * 95 / 100] / 1e6,
                passes > 0 ? OptionalDouble.of(tokens / passes) : OptionalDouble.empty());
    }

    private double stepped(String what) throws IOException {
        return service.metric("codelength.predict." + what + "?tag=kind:step").orElse(0);
    }

    private static void await(Future<?> sending) throws IOException {
        try {
            sending.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("interrupted while clients were sending");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException failure) {
                throw failure;
            }
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException("a client failed", e.getCause());
        }
    }

    /**
     * Cuts a text into documents of about so many bytes, each where a line ends if one ends near there, else behind a space.
     *
     * @param documentBytes at least 1; a rest of less than half of it is left out
     */
    public static List<byte[]> documents(byte[] text, int documentBytes) {
        List<byte[]> documents = new ArrayList<>();
        int start = 0;
        while (text.length - start >= (documentBytes + 1) / 2) {
            int end = Math.min(text.length, start + documentBytes);
            if (end < text.length) {
                end = cut(text, start, documentBytes);
            }
            documents.add(Arrays.copyOfRange(text, start, end));
            start = end;
        }
        return documents;
    }

    private static int cut(byte[] text, int start, int documentBytes) {
        int exact = start + documentBytes;
        for (byte wanted : new byte[] {'\n', ' '}) {
            for (int away = 0; away < documentBytes / 4; away++) {
                for (int at : new int[] {exact - away, exact + away}) {
                    if (at < text.length && text[at - 1] == wanted) {
                        return at;
                    }
                }
            }
        }
        return exact;
    }
}
