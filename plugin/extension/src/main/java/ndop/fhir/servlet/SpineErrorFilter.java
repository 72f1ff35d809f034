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
public final class SpineErrorFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;

  private final transient SpineErrorResponseFactory responses;

  public SpineErrorFilter(SpineErrorResponseFactory responses) {
    this.responses = responses;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException {
    Object status = request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE);
    int code = status instanceof Integer number ? number : response.getStatus();
    SpineErrorResponse error = responses.forStatus(code, request.getHeader("Accept"));
    response.setStatus(code);
    response.setContentType(error.contentType());
    response.getWriter().write(error.body());
  }
}
