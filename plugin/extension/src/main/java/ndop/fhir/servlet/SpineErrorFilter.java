package ndop.fhir.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Answers the error dispatches of the servlet container with an OperationOutcome in place of an
 * error page (NDOP-134 to NDOP-137).
 *
 * <p>Order: {@link FilterOrder#SPINE_ERROR}; registered for the dispatcher type {@code ERROR} only,
 * so it never sees an ordinary request. Errors within HAPI are not dispatched: see {@code
 * SpineExceptionInterceptor}.
 *
 * @see SpineErrorReportValve for requests that Tomcat refuses before any filter
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
