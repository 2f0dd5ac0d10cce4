package io.codelength.web;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.webmvc.error.ErrorController;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.ControllerAdvice;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RequestMapping;
import tools.jackson.databind.json.JsonMapper;

/** Sends {@link Problem}s, whatever the request accepts: an error nobody can read helps nobody. */
@Controller
@ControllerAdvice
@io.swagger.v3.oas.annotations.Hidden
final class ProblemAnswers implements ErrorController {
    private static final Logger LOG = LoggerFactory.getLogger(ProblemAnswers.class);

    private final JsonMapper json;

    ProblemAnswers(JsonMapper json) {
        this.json = json;
    }

    @ExceptionHandler(Throwable.class)
    void answer(Throwable failure, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (failure instanceof ClientGoneException || response.isCommitted()) {
            if (!(failure instanceof ClientGoneException)) {
                LOG.warn("{} {} failed midway: {}", request.getMethod(), request.getRequestURI(), failure.toString());
            }
            ClientConnection connection = ClientConnection.find(request);
            if (connection != null) {
                connection.breakOff(failure);
            }
            return;
        }
        Problem problem = Problem.of(failure);
        if (problem.status() == HttpStatus.INTERNAL_SERVER_ERROR.value()) {
            LOG.error("{} {} failed", request.getMethod(), request.getRequestURI(), failure);
        }
        send(problem, request.getRequestURI(), response);
    }

    /** What the server itself refuses, before or beside our controllers. */
    @RequestMapping("/error")
    void error(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Object code = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
        HttpStatus status = code instanceof Integer number ? HttpStatus.resolve(number) : null;
        Object uri = request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI);
        send(
                Problem.ofStatus(
                        status == null ? HttpStatus.NOT_FOUND : status,
                        status == null ? "There is nothing at this path." : status.getReasonPhrase() + "."),
                uri == null ? request.getRequestURI() : uri.toString(),
                response);
    }

    private void send(Problem problem, String instance, HttpServletResponse response) throws IOException {
        response.reset();
        response.setStatus(problem.status());
        problem.headers().forEach(response::setHeader);
        response.setContentType(MediaType.APPLICATION_PROBLEM_JSON_VALUE);
        byte[] body = json.writeValueAsString(problem.fields(instance)).getBytes(StandardCharsets.UTF_8);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }
}
