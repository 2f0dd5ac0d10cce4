package io.codelength.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.apache.coyote.http11.Http11InputBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What the servlet interface does not offer: whether the client is still there while we compute, and breaking the
 * connection so that a half-sent answer cannot look whole. Used by the thread that serves the request only.
 */
final class ClientConnection {
    private static final String ATTRIBUTE = ClientConnection.class.getName();

    private final Request request;
    private boolean hasSentMore;

    private ClientConnection(Request request) {
        this.request = request;
    }

    static ClientConnection of(ServletRequest request) {
        if (request.getAttribute(ATTRIBUTE) instanceof ClientConnection connection) {
            return connection;
        }
        throw new IllegalStateException("the server runs without ClientConnection.Recorder");
    }

    /**
     * Whether the client closed or lost its connection. Asked only after the body was read to its end.
     *
     * <p>Only a read tells, and Tomcat's goes over what its buffer holds: perhaps the beginning of the client's next
     * request, which came with the end of this body and which Tomcat steps back to when this request has ended. If it were
     * overwritten, bytes of the body would be taken for a request. So everything is put back where it was, and what came is
     * put behind it. A client that has sent more is not asked again: whether it still reads shows when it is answered.
     */
    boolean isGone() {
        if (hasSentMore || bytesAvailable(false) > 0) {
            hasSentMore = true;
            return false;
        }
        Http11InputBuffer input = (Http11InputBuffer) request.getCoyoteRequest().getInputBuffer();
        ByteBuffer buffer = input.getByteBuffer();
        if (buffer.hasRemaining()) {
            hasSentMore = true;
            return false;
        }
        int end = buffer.limit();
        byte[] before = new byte[end];
        buffer.get(0, before);
        boolean readable = bytesAvailable(true) > 0;
        int came = buffer.remaining();
        if (came > 0) {
            input.setByteBuffer(joined(buffer, before, came));
            hasSentMore = true;
        } else {
            buffer.limit(end).position(end);
        }
        // Tomcat answers "bytes available" to a read that failed, so that the next one fails, too.
        return readable && came == 0;
    }

    /** @return what was there before, consumed, and then the {@code came} bytes that the buffer has now */
    private static ByteBuffer joined(ByteBuffer buffer, byte[] before, int came) {
        byte[] next = new byte[came];
        buffer.get(next);
        ByteBuffer joined = ByteBuffer.allocate(Math.max(buffer.capacity(), before.length + came));
        return joined.put(before).put(next).flip().position(before.length);
    }

    private int bytesAvailable(boolean afterReading) {
        org.apache.coyote.Request coyote = request.getCoyoteRequest();
        coyote.action(ActionCode.AVAILABLE, afterReading);
        return coyote.getAvailable();
    }

    /** Closes the connection without ending the answer. */
    void breakOff(Throwable why) {
        request.getResponse().getCoyoteResponse().action(ActionCode.CLOSE_NOW, why);
    }

    /** Puts a {@link ClientConnection} into every request. */
    static final class Recorder extends ValveBase {
        Recorder() {
            super(true);
        }

        @Override
        public void invoke(Request request, Response response) throws IOException, ServletException {
            request.setAttribute(ATTRIBUTE, new ClientConnection(request));
            getNext().invoke(request, response);
        }
    }

    /** @return the connection, or nothing for a request that never passed the recorder */
    static @Nullable ClientConnection find(ServletRequest request) {
        return request.getAttribute(ATTRIBUTE) instanceof ClientConnection connection ? connection : null;
    }
}
