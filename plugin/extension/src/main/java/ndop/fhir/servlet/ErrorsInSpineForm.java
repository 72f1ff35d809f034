package ndop.fhir.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Answers the container's error dispatch with an outcome in place of its error page. It is
 * registered for error dispatches only, so it never sees an ordinary request.
 */
public final class ErrorsInSpineForm extends HttpFilter {

  private static final long serialVersionUID = 1L;

  private final transient OutcomeBodies bodies;

  public ErrorsInSpineForm(OutcomeBodies bodies) {
    this.bodies = bodies;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException {
    Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
    int code = status instanceof Integer number ? number : response.getStatus();
    OutcomeBodies.Body body = bodies.of(code, request);
    response.setStatus(code);
    response.setContentType(body.mediaType());
    response.getWriter().write(body.text());
  }
}
