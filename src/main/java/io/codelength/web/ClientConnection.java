package io.codelength.web;

import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;

/**
 * What the servlet interface does not offer: whether the client is still there while we compute, and breaking the
 * connection so that a half-sent answer cannot look whole. Used by the thread that serves the request only.
 */
final class ClientConnection {
    private static final String ATTRIBUTE = ClientConnection.class.getName();

    private final Request request;

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
     * <p>Tomcat answers "bytes available" to a read that would fail, so that the read then fails; it answers so again when
     * asked again. Bytes that are really there (a client that sends its next request early) are counted once, when they
     * arrive.
     */
    boolean isGone() {
        boolean somethingCame = bytesAvailable() > 0;
        boolean itComesAgain = bytesAvailable() > 0;
        return somethingCame && itComesAgain;
    }

    private int bytesAvailable() {
        org.apache.coyote.Request coyote = request.getCoyoteRequest();
        coyote.action(ActionCode.AVAILABLE, true);
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
