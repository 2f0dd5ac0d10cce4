package io.codelength.web;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import tools.jackson.databind.json.JsonMapper;

/** Says what Tomcat itself refuses, such as a request line it cannot read, as a problem too. Named by its class. */
public final class ProblemReportValve extends ErrorReportValve {
    private static final JsonMapper JSON = new JsonMapper();

    @Override
    protected void report(Request request, Response response, Throwable failure) {
        int code = response.getStatus();
        if (code < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        HttpStatus status = HttpStatus.resolve(code);
        Problem problem = Problem.ofStatus(
                status == null ? HttpStatus.INTERNAL_SERVER_ERROR : status, "The server refused the request as it is.");
        try {
            byte[] body = JSON.writeValueAsString(problem.fields(request.getRequestURI()))
                    .getBytes(StandardCharsets.UTF_8);
            response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
            response.finishResponse();
        } catch (IOException | IllegalStateException tooLate) {
            // The connection is gone or the answer has begun; nobody is left to tell.
        }
    }
}
